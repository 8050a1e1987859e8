"""Restaurant reviews made up by a grammar: enough structure that word order matters."""
import random

GOOD = "fresh warm crisp friendly quick generous lovely bright".split()
BAD = "stale cold soggy rude slow tiny awful gloomy".split()
NOUNS = "soup bread waiter room coffee fish dessert portion".split()
FILLER = "really quite today again honestly somehow perhaps".split()


def sentence(rng):
    label = rng.random() < 0.5
    words = []
    for _ in range(rng.randint(1, 4)):
        noun = rng.choice(NOUNS)
        negated = rng.random() < 0.35
        # "not rude" counts as praise
        adjective = rng.choice(GOOD if label != negated else BAD)
        words += ["the", noun, "was"] + (["not"] if negated else []) + [adjective]
        if rng.random() < 0.5:
            words.append(rng.choice(FILLER))
        words.append("and")
    return words[:-1], int(label)


def make(n, seed):
    rng = random.Random(seed)
    return [sentence(rng) for _ in range(n)]
