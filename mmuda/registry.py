"""Child registries of scope ``mmuda``, empty on purpose.

Classes of mmuda register in MMSeg's own registries, where every config whose
default scope is ``mmseg`` finds them without a prefix. A config inherited as
``mmuda::...`` however carries ``_scope_='mmuda'``, and mmengine then looks for
a child registry of that scope: these children hand every such look-up on to
their parents.
"""

from mmengine.registry import Registry
from mmseg import registry as mmseg_registry

_CHILDREN = {
    name: Registry(node.name, parent=node, scope='mmuda', locations=['mmuda'])
    for name, node in vars(mmseg_registry).items()
    if isinstance(node, Registry)
}
globals().update(_CHILDREN)

__all__ = list(_CHILDREN)
