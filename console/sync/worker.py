"""Work off due sync stages in short slices that any worker can continue."""

import logging
import time
from datetime import timedelta

from console import clock
from console.aws import errors
from console.gateway import gateway
from console.jobs import LeaseLost
from console.mirror import outside_changes
from console.mirror.models import Organization
from console.sync import details_pass, listing_pass
from console.sync.leases import Stage, SyncLease, claim_stages, ensure_stages
from console.sync.pace import Pace

logger = logging.getLogger(__name__)


SLICE_SECONDS = 10.0  # seconds of work under one lease


SWEEP_SECONDS = 30.0


RETRY_AFTER_FAILURE = timedelta(minutes=1)  # after a failure


RETRY_AFTER_THROTTLING = timedelta(seconds=5)  # after AWS asked to slow down


def describe_organizations() -> list[Organization]:
    """Describe every configured organization; keep those that AWS does not show."""
    known = list(Organization.objects.all())
    for organization in known:
        try:
            gateway.call(outside_changes.MIRROR_ACTOR, "DescribeOrganization", organization)
        except errors.CallFailed as failure:
            logger.warning("%s cannot be described: %s", organization, failure)
    return known


def sweep() -> int:
    """Run due slices for up to half a minute; return how many."""
    ensure_stages(Organization.objects.all())
    deadline, slices = time.monotonic() + SWEEP_SECONDS, 0
    for lease in claim_stages():
        _work_slice(lease)
        slices += 1
        if time.monotonic() >= deadline:
            break
    return slices


def run_slice(organization: Organization) -> bool:
    """Run one due slice of an organization; return false if none is due."""
    ensure_stages(Organization.objects.filter(pk=organization.pk))
    lease = next(claim_stages(organization), None)
    if lease is None:
        return False
    _work_slice(lease)
    return True


def _work_slice(lease: SyncLease) -> None:
    """Run one slice; a failure is stored in its row, which is retried later."""
    pace = Pace(lease.sync.rate)
    try:
        _run_stage(lease, pace, time.monotonic() + SLICE_SECONDS)
        # What is not finished queues up behind the other organizations.
        lease.release(rate=pace.faster(), due_at=max(lease.sync.due_at, clock.now()))
    except LeaseLost:
        logger.info("%s was taken over", lease.sync)
    except errors.Throttled as throttled:
        _release_failed(lease, throttled, RETRY_AFTER_THROTTLING, rate=pace.slower())
    except errors.CallFailed as failure:
        _release_failed(lease, failure, RETRY_AFTER_FAILURE)
    except Exception as fault:
        logger.exception("%s failed", lease.sync)
        _release_failed(lease, fault, RETRY_AFTER_FAILURE)
    except BaseException as end:  # of the process: the claim is returned all the same
        _release_failed(lease, end, RETRY_AFTER_FAILURE)
        raise


def _run_stage(lease: SyncLease, pace: Pace, deadline: float) -> None:
    stage = Stage(lease.sync.stage)
    if stage in listing_pass.LISTING_OPERATIONS:
        listing_pass.ListingPass(lease).run(deadline)
    elif stage is Stage.DOMAINS:
        listing_pass.sync_domains(lease)
    else:
        details_pass.DetailsPass(lease, pace).run(deadline)


def _release_failed(lease: SyncLease, failure: BaseException, pause: timedelta, **fields: float) -> None:
    try:
        lease.release(error=str(failure)[:500], due_at=clock.now() + pause, **fields)
    except LeaseLost:
        logger.info("%s was taken over", lease.sync)
