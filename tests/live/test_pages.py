"""Each probe's page: it is there, says what it has to, and its transcripts fail and pass when they are played."""

import re
from pathlib import Path

import pytest
from other_stage import ALLOWED, HEADER
from replaying import DENIED, ReplayStage, read_transcript, replaying
from samples import HASTE, HASTY, SAMPLE

from wsconform.check.finding import Outcome
from wsconform.check.page import HEADINGS, read_page
from wsconform.live.credentials import Credentials
from wsconform.live.identity import Identity, Source
from wsconform.live.management import Management
from wsconform.live.packs import load_probes
from wsconform.live.peer import Stage
from wsconform.live.probe import Case, Probe
from wsconform.live.run import run_probe
from wsconform.live.secret import Redactor, Secret
from wsconform.live.verdict import ProbeVerdict
from wsconform.live.wire import Endpoint

PROBES = list(load_probes())
TRANSCRIPT = re.compile(r"^```transcript\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SOURCE = Source("header", HEADER)


def play(probe: Probe, transcript: str, folder: Path) -> ProbeVerdict:
    """What comes of a probe on a stage that does as a transcript shows."""
    with replaying(transcript) as (played, url):
        stage = Stage(
            endpoint=Endpoint(url=url, ca_file=trusted_by(played, folder)),
            allow=Identity({SOURCE: Secret(ALLOWED, "allow")}),
            deny=Identity({SOURCE: Secret(DENIED, "deny")}),
            management=Management(
                url=url.replace("ws", "http", 1),
                region="eu-west-1",
                credentials=Credentials(access_key_id="id", secret_access_key=ALLOWED),
            ),
            patience=HASTE if played.is_hushed else 3,
            quiet=0.05,
            clients=6,
        )
        api = HASTY if played.is_hushed else SAMPLE
        return run_probe(Case(probe, api, None if probe.per == "api" else api.routes[0]), stage, Redactor())


def trusted_by(stage: ReplayStage, folder: Path) -> Path | None:
    if stage.trusted is None:
        return None
    file = folder / "trusted.pem"
    stage.trusted.cert_pem.write_to_path(str(file))
    return file


@pytest.mark.parametrize("probe", [pytest.param(one, id=one.name) for one in PROBES])
def test_the_page_says_what_it_has_to(probe: Probe) -> None:
    page = read_page(probe.page)
    assert page.title == probe.name
    assert tuple(page.sections) == HEADINGS
    assert probe.level in page.sections["What it requires"]
    assert probe.source in page.sections["Source"]
    assert all(page.sections.values())


@pytest.mark.parametrize(
    ("probe", "transcript", "outcome"),
    [
        pytest.param(probe, transcript, outcome, id=f"{probe.name}-{outcome}-{number}")
        for probe in PROBES
        for section, outcome in (("Fails", Outcome.FAILED), ("Passes", Outcome.PASSED))
        for number, transcript in enumerate(TRANSCRIPT.findall(read_page(probe.page).sections[section]) or [""], 1)
    ],
)
def test_a_transcript_fails_or_passes(probe: Probe, transcript: str, outcome: Outcome, tmp_path: Path) -> None:
    assert read_transcript(transcript)
    verdict = play(probe, transcript, tmp_path)
    assert verdict.outcome is outcome, verdict
    assert "broke" not in verdict.actual or "broke off" in verdict.actual
    if outcome is Outcome.FAILED:
        assert verdict.expected
        assert verdict.transcript
