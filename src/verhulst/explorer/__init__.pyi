# Made by `python -m tests.types.stubs`; edit that, not this.
from verhulst.explorer.assembly import Explorer as Explorer
from verhulst.explorer.assembly import explore as explore
from verhulst.explorer.assembly import page as page
