"""`peak certificates`: what is certified, the daily check, renewal and revocation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from guardrails.desk.cli.options import JsonFlag
from guardrails.desk.cli.output import EXIT_NO, emit, reporting, table

if TYPE_CHECKING:
    from guardrails.desk.certifying import Certifying, Checked, Standing
    from guardrails.desk.local import Local
    from guardrails.store.database import Database

app = typer.Typer(no_args_is_help=True, help="Certificates: list, check, renew, revoke.")
Named = Annotated[str, typer.Argument(help="The certificate's digest, or the beginning of it.")]
COLUMNS: Final = ("certificate", "tier", "grade", "issued", "expires", "state")
_SHORT: Final = 16


def _certifying(here: Local, database: Database) -> Certifying:
    """The use cases on this installation's store."""
    from config.secrets import DeskSecrets, load_secrets, own_folder, secrets_folder
    from guardrails.desk.certifying import Certifying
    from guardrails.desk.forwarding import Forwarding
    from guardrails.desk.installation import prepare
    from guardrails.signing import Signer
    from guardrails.store.candidates import CandidateStore, CertificateStore

    prepare(here.folders)
    folder = own_folder(secrets_folder(here.folders.root), DeskSecrets)
    signer = Signer(load_secrets(DeskSecrets, folder).signing_key_hex.get_secret_value())
    forwarding = Forwarding(CandidateStore(database), here.datasets())
    return Certifying(CertificateStore(database), forwarding, here.clock, signer.sign)


def _as_dict(standing: Standing) -> dict[str, Any]:
    certificate = standing.certificate
    return {
        "digest": certificate.digest,
        "state": "valid" if standing.ended is None else standing.ended.value,
        **certificate.model_dump(mode="json"),
    }


def _row(standing: Standing) -> tuple[object, ...]:
    certificate = standing.certificate
    grade = "" if certificate.basis is None else certificate.basis.grade
    return (
        certificate.digest[:_SHORT],
        certificate.tier,
        grade,
        f"{certificate.issued_at:%Y-%m-%d}",
        f"{certificate.expires_at:%Y-%m-%d}",
        "valid" if standing.ended is None else standing.ended.value,
    )


@app.command("list")
def list_(as_json: JsonFlag = False) -> None:
    """List certificates, newest first, with what they are worth now."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local

        here = local()
        with here.store() as database:
            found = _certifying(here, database).listed()
        if as_json:
            emit({"certificates": [_as_dict(one) for one in found]}, as_json=True)
            return
        table("Certificates", COLUMNS, [_row(one) for one in found])


def _checked(checked: Checked) -> dict[str, Any]:
    seen = None if checked.observed is None else checked.observed.model_dump(mode="json")
    return {
        "digest": checked.certificate.digest,
        "observed": seen,
        "endings": [one.model_dump(mode="json") for one in checked.endings],
        "problem": checked.problem,
    }


def _lines(checked: Checked) -> list[str]:
    short = checked.certificate.digest[:_SHORT]
    if checked.observed is None:
        return [f"{short}: no forward record ({checked.problem})"]
    forward = checked.observed.forward
    codes = ", ".join(one.code.value for one in checked.endings) or "nothing against it"
    return [
        (
            f"{short}: {forward.days} days forward, {forward.closed_trades} closed trades, "
            f"e = {forward.e:.2f}, drawdown {forward.drawdown:.1%}: {codes}"
        )
    ]


@app.command("show")
def show(named: Named, as_json: JsonFlag = False) -> None:
    """Show one certificate, its forward record and what holds against it; changes nothing."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local

        here = local()
        with here.store() as database:
            certifying = _certifying(here, database)
            standing = certifying.find(named)
            checked = certifying.checked(standing.certificate)
        data = {**_as_dict(standing), "check": _checked(checked)}
        emit(data, as_json=as_json, text=[*map(str, _row(standing)), *_lines(checked)])


@app.command("check")
def check(as_json: JsonFlag = False) -> None:
    """Run the daily job once: revoke every certificate that shows decay; promotes nothing."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local

        here = local()
        with here.store() as database:
            found = _certifying(here, database).check_all()
        revoked = [one.certificate.digest for one in found if one.endings]
        data = {"checked": [_checked(one) for one in found], "revoked": revoked}
        lines = [line for one in found for line in _lines(one)]
        lines.append(f"{len(found)} checked, {len(revoked)} revoked")
        emit(data, as_json=as_json, text=lines)


@app.command("renew")
def renew(named: Named, as_json: JsonFlag = False) -> None:
    """Prolong a certificate whose forward record is good, without a look."""
    with reporting(as_json=as_json):
        from guardrails.desk.local import local

        here = local()
        with here.store() as database:
            certifying = _certifying(here, database)
            signed = certifying.renewed(certifying.find(named), here.user)
        fresh = signed.certificate
        text = [f"{fresh.digest[:_SHORT]}: valid until {fresh.expires_at:%Y-%m-%d}"]
        data = {"digest": fresh.digest, **fresh.model_dump(mode="json")}
        emit(data, as_json=as_json, text=text)


@app.command("revoke")
def revoke(
    named: Named,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """End a certificate for good."""
    with reporting(as_json=as_json):
        from engine.errors import InputError
        from engine.gate.findings import GateCode
        from guardrails.desk.local import local

        here = local()
        with here.store() as database:
            certifying = _certifying(here, database)
            standing = certifying.find(named)
            digest = standing.certificate.digest
            question = f"Revoke certificate {digest[:_SHORT]} for good?"
            if as_json and not yes:
                raise InputError(
                    "CONFIRMATION_NEEDED", question, value=digest, hint="repeat it with --yes"
                )
            if not yes and not typer.confirm(question):
                raise typer.Exit(EXIT_NO)
            certifying.revoke(digest, GateCode.REVOKED, here.user)
        emit({"digest": digest, "state": "REVOKED"}, as_json=as_json, text=["revoked"])
