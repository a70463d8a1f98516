"""Every limit of a plan as one object: build, measure, say; `REGISTRY` is the only list of them."""

from vitri.rules.base import Measured, Rule
from vitri.rules.bundle_size import CombinedPositions, GroupsPerPerson, GroupsPerPost, PositionSize
from vitri.rules.case import Case
from vitri.rules.ceiling import Cap, Ceiling, Floor, SizeRule
from vitri.rules.certificates import Certificates
from vitri.rules.class_quota import ClassQuota
from vitri.rules.compatible import CategoryMixing, ClassMixing, CompetencyDistance, SharedRank
from vitri.rules.conservation import Conservation, WhoWorks
from vitri.rules.converted_products import ConvertedProducts
from vitri.rules.coverage import Coverage, CoveredPositions, CoverMinutes
from vitri.rules.fixed_posts import FixedPosts, FreeShare, NeverPooled
from vitri.rules.forbidden_pair import ForbiddenPair
from vitri.rules.inputs import TimeUnchanged, WorkUnchanged
from vitri.rules.levels import LevelValues
from vitri.rules.limits import Limits, Unit, build_limits
from vitri.rules.main_backup import BackupOfficial, EnoughHolders, MainOfficial, Qualified
from vitri.rules.one_organisation import OneOrganisation
from vitri.rules.pins import PinsKept
from vitri.rules.post_totals import PostRanks, PostTotals, QuotaTotals
from vitri.rules.ratio_cap import RatioCap
from vitri.rules.salary_budget import SalaryBudget, SalaryTotals
from vitri.rules.seats import FixedHolders, OnePersonOnePost, SeatFit, Seats, Transfers
from vitri.rules.service import Capacity, ServiceRule
from vitri.rules.structure import MainPosition, StructurePartition
from vitri.rules.working_time import FreeTimeUsed, Load, Overtime, WorkingTime

__all__ = ["REGISTRY", "Case", "Limits", "Measured", "Rule", "Unit", "build_limits", "rule"]

#: Every rule, in the order in which they are measured and reported.
REGISTRY: tuple[Rule, ...] = (
    # what one position, one post and one person may hold
    ForbiddenPair(),
    PositionSize(),
    CompetencyDistance(),
    SharedRank(),
    ClassMixing(),
    CategoryMixing(),
    CombinedPositions(),
    GroupsPerPost(),
    OneOrganisation(),
    FixedPosts(),
    NeverPooled(),
    FreeShare(),
    # how many posts there are
    Ceiling(),
    Floor(),
    Cap(),
    SizeRule(),
    ClassQuota(),
    RatioCap(),
    SalaryBudget(),
    # that the work is done
    Coverage(),
    CoveredPositions(),
    CoverMinutes(),
    ServiceRule(),
    Capacity(),
    # that the tables agree
    WorkUnchanged(),
    TimeUnchanged(),
    StructurePartition(),
    MainPosition(),
    PostTotals(),
    QuotaTotals(),
    PostRanks(),
    SalaryTotals(),
    LevelValues(),
    Certificates(),
    # the people
    OnePersonOnePost(),
    Seats(),
    FixedHolders(),
    Transfers(),
    SeatFit(),
    Conservation(),
    WhoWorks(),
    WorkingTime(),
    Overtime(),
    FreeTimeUsed(),
    Load(),
    MainOfficial(),
    BackupOfficial(),
    EnoughHolders(),
    Qualified(),
    PinsKept(),
    GroupsPerPerson(),
    ConvertedProducts(),
)


def rule(name: str) -> Rule:
    """Return a rule by its name; raises KeyError where there is none."""
    return {entry.name: entry for entry in REGISTRY}[name]
