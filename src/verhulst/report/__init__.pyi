# Made by `python -m tests.types.stubs`; edit that, not this.
from verhulst.report.contents import Contents as Contents
from verhulst.report.contents import contents_of as contents_of
from verhulst.report.write import report as report
