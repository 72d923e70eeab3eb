"""Run the sync that is due, in slices under a lease."""

import logging
import time
from datetime import timedelta

from console import clock
from console.aws import errors
from console.gateway import gateway
from console.mirror import outside_changes
from console.mirror.models import Organization
from console.sync import details_pass, listing_pass
from console.sync.leases import Lease, Lost, Stage, claims, ensure
from console.sync.pace import Pace

logger = logging.getLogger(__name__)


SLICE = 10.0  # seconds of work under one lease


SWEEP = 30.0


AGAIN = timedelta(minutes=1)  # after a failure


SOON = timedelta(seconds=5)  # after AWS asked to slow down


def organizations() -> list[Organization]:
    """Every configured organization, described anew; one that AWS does not show stays as it was."""
    known = list(Organization.objects.all())
    for organization in known:
        try:
            gateway.call(outside_changes.ACTOR, "DescribeOrganization", organization)
        except errors.CallFailed as failure:
            logger.warning("%s cannot be described: %s", organization, failure)
    return known


def sweep() -> int:
    """Work off what is due, for half a minute at the most; returns the number of slices."""
    ensure(Organization.objects.all())
    deadline, slices = time.monotonic() + SWEEP, 0
    for lease in claims():
        _work(lease)
        slices += 1
        if time.monotonic() >= deadline:
            break
    return slices


def run_slice(organization: Organization) -> bool:
    """Work for one slice on whatever is due in one organization; false if nothing is."""
    ensure(Organization.objects.filter(pk=organization.pk))
    lease = next(claims(organization), None)
    if lease is None:
        return False
    _work(lease)
    return True


def _work(lease: Lease) -> None:
    """One slice; whatever goes wrong is entered in the row, which is tried again later."""
    pace = Pace(lease.sync.rate)
    try:
        _run(lease, pace, time.monotonic() + SLICE)
        # What is not finished queues up behind the other organizations.
        lease.release(rate=pace.faster(), due_at=max(lease.sync.due_at, clock.now()))
    except Lost:
        logger.info("%s was taken over", lease.sync)
    except errors.Throttled as throttled:
        _give_up(lease, throttled, SOON, rate=pace.slower())
    except errors.CallFailed as failure:
        _give_up(lease, failure, AGAIN)
    except Exception as fault:
        logger.exception("%s failed", lease.sync)
        _give_up(lease, fault, AGAIN)
    except BaseException as end:  # of the process: the claim is returned all the same
        _give_up(lease, end, AGAIN)
        raise


def _run(lease: Lease, pace: Pace, deadline: float) -> None:
    stage = Stage(lease.sync.stage)
    if stage in listing_pass.OPERATIONS:
        listing_pass.ListingPass(lease).run(deadline)
    elif stage is Stage.DOMAINS:
        listing_pass.run_domains(lease)
    else:
        details_pass.DetailsPass(lease, pace).run(deadline)


def _give_up(lease: Lease, failure: BaseException, pause: timedelta, **fields: float) -> None:
    try:
        lease.release(error=str(failure)[:500], due_at=clock.now() + pause, **fields)
    except Lost:
        logger.info("%s was taken over", lease.sync)
