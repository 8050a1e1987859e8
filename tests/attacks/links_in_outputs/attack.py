"""Leaves links, pipes and devices' names where its results will be collected."""

import os

STOPPED_BY = ("",)
secret = open("wanted").read().split()[0]
os.symlink(secret, "link.pth")
os.symlink("/etc", "folder")
os.mkfifo("pipe.pth")
os.makedirs("deep/er", exist_ok=True)
os.symlink(secret, "deep/er/best.pth")
with open("honest.pth", "w") as file:
    file.write("weights")
os.link("honest.pth", "second-name.pth")
