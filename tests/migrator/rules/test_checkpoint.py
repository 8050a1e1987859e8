from migrator.project import Project
from migrator.translation import translate_project, translate_source

SAVING = "import torch\n{}\ndef f(net: torch.nn.Module):\n    torch.save(net.state_dict(), 'net.pt')\n"


def test_buffers_go_into_checkpoints_wherever_they_are_registered():
    buffers = (
        "import torch.nn as nn\nclass Net(nn.Module):\n    def g(self, x):\n        self.register_buffer('x', x)\n"
    )
    alone = translate_source(SAVING.format(""), target="cpu").code
    sources = {"a.py": SAVING.format("import b\n").encode(), "b.py": buffers.encode()}
    files = translate_project(Project.from_files("p", sources), target="cpu")
    together = next(file.data.decode() for file in files.files if file.path == "a.py")
    assert "ms.save_checkpoint(net, 'net.ckpt')" in alone
    assert "save(state_dict(net), 'net.ckpt')" in together
