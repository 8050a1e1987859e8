def spans(tags):
    found, start, kind = set(), None, None
    for i, tag in enumerate(list(tags) + ["O"]):
        if start is not None and (tag == "O" or tag.startswith("B-") or tag[2:] != kind):
            found.add((start, i, kind))
            start = None
        if tag.startswith("B-"):
            start, kind = i, tag[2:]
    return found


def f1(gold, pred):
    correct = sum(len(spans(g) & spans(p)) for g, p in zip(gold, pred))
    n_gold = sum(len(spans(g)) for g in gold)
    n_pred = sum(len(spans(p)) for p in pred)
    precision = correct / n_pred if n_pred else 0.
    recall = correct / n_gold if n_gold else 0.
    return precision, recall, 2 * precision * recall / (precision + recall) if correct else 0.
