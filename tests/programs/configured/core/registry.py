"""Objects from (name, kwargs) pairs of a JSON file"""
from functools import partial


def build(entry, namespace, *args, **extra):
    name, kwargs = entry['name'], dict(entry.get('kwargs', {}))
    kwargs.update(extra)
    return getattr(namespace, name)(*args, **kwargs)


def instantiate(cfg, key, namespace, *args):
    if cfg.get(key) is None:
        return None
    return build(cfg[key], namespace, *args)


def deferred(entry, namespace):
    return partial(getattr(namespace, entry['name']), **entry.get('kwargs', {}))
