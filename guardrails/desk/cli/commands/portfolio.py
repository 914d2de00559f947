"""`peak portfolio`: recipes of several strategies in one account, weighed and backtested."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from guardrails.desk.cli.options import JsonFlag, LanguageOption
from guardrails.desk.cli.output import emit, reporting, table
from guardrails.desk.cli.portfolio_text import (
    WORDS,
    described,
    print_answer,
    recipe_cells,
    recipe_row,
    setting_lines,
)

if TYPE_CHECKING:
    from engine.backtest.costs import CostModel
    from engine.portfolio.recipes import Recipe
    from engine.regimes.labels import DayLabels
    from guardrails.desk.cli.choices import Language
    from guardrails.desk.local import Local
    from guardrails.desk.portfolio_plan import PlannedSleeve
    from guardrails.desk.portfolios import SleevesRun

RecipeArgument = Annotated[str, typer.Argument(help="A TOML file, or the name of a recipe.")]
app = typer.Typer(
    no_args_is_help=True, help="Portfolios: list, show, build, backtest recipes, and shake them."
)


def _folder(here: Local) -> Path:
    """The user's own recipes."""
    return here.folders.root / "recipes"


@app.command("list")
def list_(language: LanguageOption = None, as_json: JsonFlag = False) -> None:
    """List the packaged recipes and your own."""
    with reporting(as_json=as_json):
        from engine.portfolio.recipe_files import is_own, listed
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.local import local

        here = local()
        wanted, folder = language_of(language, here.settings.deployment.language), _folder(here)
        rows = [
            recipe_row(name, found, wanted) | {"from": "own" if is_own(name, folder) else "library"}
            for name, found in listed(folder)
        ]
        if as_json:
            emit({"recipes": rows}, as_json=True)
            return
        words = WORDS[wanted]
        keys = ("name", "from", "scheme", "sleeves")
        table(words["recipes"], tuple(words[key] for key in keys), recipe_cells(rows))


@app.command("show")
def show(
    recipe: RecipeArgument, language: LanguageOption = None, as_json: JsonFlag = False
) -> None:
    """Show what a recipe holds and how it is weighed."""
    with reporting(as_json=as_json):
        from engine.portfolio.notes import scheme_note
        from engine.portfolio.recipe_files import find_recipe
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.local import local

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        found = find_recipe(recipe, _folder(here))
        data = {"recipe": found.model_dump(mode="json"), "digest": found.digest}
        lines = [
            f"{found.name} ({found.digest[:12]})",
            described(found, wanted),
            scheme_note(found.scheme).say(wanted),
            *setting_lines(found, wanted),
            *[f"- {name}" for name in found.labels],
        ]
        emit(data, as_json=as_json, text=lines)


@app.command("build")
def build(
    recipe: RecipeArgument, language: LanguageOption = None, as_json: JsonFlag = False
) -> None:
    """Weigh a recipe's sleeves for the next day; each sleeve's run is a counted trial."""
    with reporting(as_json=as_json):
        _answer(recipe, language, as_json=as_json, for_tomorrow=True)


@app.command("backtest")
def backtest(
    recipe: RecipeArgument, language: LanguageOption = None, as_json: JsonFlag = False
) -> None:
    """Run a recipe on the train bars of its markets; each sleeve is a counted trial."""
    with reporting(as_json=as_json):
        _answer(recipe, language, as_json=as_json, for_tomorrow=False)


@app.command("robustness")
def robustness(
    recipe: RecipeArgument,
    paths: Annotated[int, typer.Option(help="Monte Carlo paths.", min=100, max=20_000)] = 2_000,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Leave sleeves out, tilt weights, take all correlations to one; sleeves' runs are trials."""
    with reporting(as_json=as_json):
        from engine.research.portfolio import recipe_robustness
        from guardrails.desk.cli.robustness_text import robustness_lines

        run = _runs(recipe, language)
        costs = run.costs
        study = recipe_robustness(
            run.recipe, run.done.sleeves, cost_rate=costs.taker + costs.impact, labels=run.labels,
            paths=paths,
        )  # fmt: skip
        data = {**study.model_dump(mode="json"), "trials": dict(run.done.trials)}
        emit(data, as_json=as_json, text=robustness_lines(run.recipe.name, study, run.language))


@app.command("auto")
def auto(
    name: Annotated[str, typer.Option(help="Name of the recipe.")] = "certified",
    profile: Annotated[
        str, typer.Option(help="conservative, moderate or aggressive.")
    ] = "moderate",
    scheme: Annotated[
        str | None, typer.Option(help="equal, inverse_vol, risk_parity or hrp.")
    ] = None,
    save: Annotated[bool, typer.Option("--save", help="Keep it among your recipes.")] = False,
    language: LanguageOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a recipe of your certified strategies, with a reason for each decision."""
    with reporting(as_json=as_json):
        from engine.portfolio.autobuild import BuildOptions, build, recipe_toml
        from engine.records import canonical, parse_record
        from guardrails.desk.certified import certified_sleeves, holding
        from guardrails.desk.cli.choices import language_of
        from guardrails.desk.cli.progress import judging
        from guardrails.desk.local import local
        from guardrails.desk.portfolio_runs import run_with
        from guardrails.desk.specs import find_spec

        here = local()
        wanted = language_of(language, here.settings.deployment.language)
        asked = {"name": name, "profile": profile, "scheme": scheme}
        options = parse_record(BuildOptions, canonical(asked))
        with here.store() as database, judging(lambda sleeve: sleeve) as progress:
            sleeves, absent = certified_sleeves(
                holding(database, here.clock), here.datasets(),
                lambda ref: find_spec(ref, here.folders.strategies),
                run_with(here, database), progress,
            )  # fmt: skip
        built = build(sleeves, options)
        file = _saved(_folder(here), name, recipe_toml(built.recipe)) if save else None
        reasons = (*absent, *built.reasons)
        data = {
            "recipe": built.recipe.model_dump(mode="json"),
            "notes": [{"code": one.code, "message": one.say(wanted)} for one in reasons],
            "file": None if file is None else str(file),
        }
        lines = [
            f"{name}: {', '.join(built.recipe.labels)}",
            *[f"- {n.say(wanted)}" for n in reasons],
        ]
        emit(data, as_json=as_json, text=[*lines, *([] if file is None else [str(file)])])


def _saved(folder: Path, name: str, text: str) -> Path:
    """Write a recipe that is not there yet."""
    from config.private_files import private_folder
    from engine.errors import InputError

    private_folder(folder)
    path = folder / f"{name}.toml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError(
            "FILE_NOT_WRITTEN", "there is a recipe of this name", value=str(path),
            hint="take another --name, or remove the file",
        ) from error  # fmt: skip
    return path


class _Runs(NamedTuple):
    """A recipe with every sleeve run on train."""

    language: Language
    here: Local
    recipe: Recipe
    planned: tuple[PlannedSleeve, ...]
    done: SleevesRun
    costs: CostModel
    labels: DayLabels | None


def _runs(ref: str, language: str | None) -> _Runs:
    """Plan a recipe and run every sleeve, each a counted trial."""
    from engine.portfolio.recipe_files import find_recipe
    from guardrails.desk import portfolios
    from guardrails.desk.cli.choices import language_of
    from guardrails.desk.cli.progress import judging
    from guardrails.desk.local import local
    from guardrails.desk.portfolio_plan import plan, regime_labels
    from guardrails.desk.portfolio_runs import sleeve_runner
    from guardrails.desk.specs import find_spec

    here = local()
    wanted = language_of(language, here.settings.deployment.language)
    recipe = find_recipe(ref, _folder(here))
    datasets = here.datasets()
    planned = plan(recipe, lambda name: find_spec(name, here.folders.strategies), datasets)
    with judging(lambda name: name) as progress, sleeve_runner(here) as runner:
        done = portfolios.sleeves_run(planned, runner, progress)
    labels = regime_labels(recipe, datasets)
    return _Runs(wanted, here, recipe, tuple(planned), done, here.costs(), labels)


def _answer(ref: str, language: str | None, *, as_json: bool, for_tomorrow: bool) -> None:
    """Plan, run every sleeve, combine, print."""
    from engine.records import canonical, read_json
    from guardrails.desk import portfolios
    from guardrails.desk.portfolio_plan import other_currencies
    from guardrails.desk.portfolio_present import certificates_now, present_of, uncertified

    run = _runs(ref, language)
    recipe, planned, costs, labels = run.recipe, run.planned, run.costs, run.labels
    mixed = other_currencies(recipe, planned)
    if for_tomorrow:
        lacking = uncertified(planned, certificates_now(run.here), costs)
        datasets = run.here.datasets()
        present = None if lacking else present_of(recipe, planned, datasets, costs)
        done = portfolios.build_portfolio(recipe, run.done, costs, labels, mixed, present, lacking)
    else:
        done = portfolios.backtest_portfolio(recipe, run.done, costs, labels, mixed)
    answer: Any = read_json(canonical(done.as_dict(run.language)))
    if as_json:
        emit(answer, as_json=True)
        return
    print_answer(answer, run.language, for_tomorrow=for_tomorrow)
