# `make run` and `make demo` need Python 3.11 or later, and nothing else; the other targets install what they need.
PYTHON ?= python3
BIN = .venv/bin
EXTRA ?=
export DJANGO_SETTINGS_MODULE = digest.settings

.PHONY: install run demo test deep check recorded bench chaos screenshots lock

# EXTRA=semantic adds an optional part; it is installed again when its lock changes.
install: .venv/installed $(if $(EXTRA),.venv/installed-$(EXTRA))

.venv/installed: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { echo "Paper Route needs Python 3.11 or later: name one with make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/installed-semantic: papers/search/semantic.lock
.venv/installed-amazon-ses: subscriptions/sending/amazon-ses.lock
.venv/installed-resend: subscriptions/sending/resend.lock
.venv/installed-evaluation: digest/evaluation/evaluation.lock
.venv/installed-%: .venv/installed
	@[ -n "$(filter %.lock,$^)" ] || { echo "Expected EXTRA to be semantic, amazon-ses, resend or evaluation, found $*."; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes $(addprefix -r ,$(filter %.lock,$^))
	@touch $@

.venv/tested: .venv/installed tests/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/requirements.lock
	@touch $@

run: install
	@exec $(BIN)/python manage.py run

demo: install
	@$(BIN)/python manage.py demo $(if $(DAY),--day $(DAY))

# A worker for each core that we may use; `make test WORKERS=0` is one process.
WORKERS ?= auto
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder
unexport PYTHONDONTWRITEBYTECODE  # Else each of the many processes compiles everything anew.

# Everything on PostgreSQL and Redis; on SQLite what differs there, by SQL or by locks, and one journey.
ON_SQLITE = tests/papers/test_database.py tests/papers/storing tests/papers/collecting \
	$(addprefix tests/papers/search/test_,candidates.py ranking.py search_page.py understanding.py) \
	tests/digest/serving/test_away.py tests/digest/letters/test_planning.py tests/subscriptions/sending/test_ledger.py \
	tests/subscriptions/sending/test_post.py tests/subscriptions/sending/test_journal.py tests/faults/test_points.py \
	tests/journeys/test_reading.py::test_preferences_are_changed_and_kept
test: .venv/servers
	$(PYTEST)
	TEST_DATABASE=sqlite $(PYTEST) -m "not one_database" $(ON_SQLITE)

# What is quoted when an issue is called done: every way, all examples, both databases; then what a clock may touch at each
# of some moments, soon before or after a day, month or year begins or clocks change, in Europe or America.
MOMENTS = 2027-02-01T00:30 2026-12-31T23:59 2028-02-29T12:00 2027-03-28T00:59 2026-10-25T01:30 2027-03-14T06:59 2026-11-01T06:30
AT_MOMENTS = tests/papers tests/subscriptions tests/digest tests/journeys/test_reading.py
deep: .venv/servers .venv/clients
	@command -v spamassassin >/dev/null || { echo "make deep needs SpamAssassin: apt-get install spamassassin, or brew install spamassassin"; exit 1; }
	@command -v jing >/dev/null && command -v newsboat >/dev/null || { echo "make deep needs jing and newsboat: apt-get install jing newsboat, or brew install jing newsboat"; exit 1; }
	@[ -x /usr/lib/postfix/sbin/master ] || { echo "make deep needs Postfix: apt-get install postfix"; exit 1; }
	TEST_DEPTH=deep $(PYTEST)
	TEST_DEPTH=deep TEST_DATABASE=sqlite $(PYTEST) -m "not one_database"
	for moment in $(MOMENTS); do TEST_CLOCK=$$moment $(PYTEST) $(AT_MOMENTS) || exit; done

.venv/servers: .venv/tested tests/servers.lock
	@if [ -n "$$($(BIN)/python -m tests.servers missing)" ]; then \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tests/servers.lock; fi
	@touch $@

.venv/clients: .venv/tested tests/clients/node.lock tests/clients/readers.lock tests/clients/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r tests/clients/node.lock -r tests/clients/readers.lock
	$(BIN)/python -m tests.clients
	@touch $@

check: .venv/tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	VAR_DIR=$$(mktemp -d) $(BIN)/python manage.py makemigrations --check --dry-run
	VAR_DIR=$$(mktemp -d) SITE_URL=https://papers.example.org SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
		EMAIL_URL=smtp://mail.example.org DEFAULT_FROM_EMAIL=letters@papers.example.org CONTACT=you@example.org SITE_POSTAL_ADDRESS=Exampletown \
		$(BIN)/python manage.py check --deploy --fail-level WARNING

# What needs recorded days and the stand-in that serves them: REPLICA=…/replica.py REPLICA_DATA=… make recorded
recorded: .venv/tested
	@[ -f "$(REPLICA)" ] && [ -d "$(REPLICA_DATA)" ] || { echo "Set REPLICA to the path of replica.py and REPLICA_DATA to the folder of recorded days."; exit 1; }
	$(BIN)/python -m pytest tests/recorded
	$(BIN)/python -m tests.recorded.topics
	VAR_DIR=$$(mktemp -d) $(BIN)/python -m tests.recorded.served
	$(BIN)/python -m tests.recorded.letters

bench: .venv/tested
	$(BIN)/python -m tests.benchmarks.collecting
	$(BIN)/python -m tests.benchmarks.understanding
	$(BIN)/python -m tests.benchmarks.searching
	$(BIN)/python -m tests.benchmarks.choosing
	$(BIN)/python -m tests.benchmarks.planning
	$(BIN)/python -m tests.benchmarks.previewing
	$(BIN)/python -m tests.benchmarks.sending
	$(BIN)/python -m tests.benchmarks.connections
	$(BIN)/python -m tests.benchmarks.peak
	$(BIN)/python -m tests.benchmarks.limits
	$(BIN)/python -m tests.benchmarks.servers
	$(BIN)/python -m tests.benchmarks.pages
	$(BIN)/python -m tests.benchmarks.busy

# Random faults against letters of all kinds, some minutes; `make chaos SEED=1` repeats the order of faults of that seed.
chaos: .venv/tested
	$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED))
	TEST_DATABASE=sqlite $(BIN)/python -m tests.faults --letters 2000 $(if $(SEED),--seed $(SEED))

# The pictures of README, taken of the sample edition.
screenshots: .venv/tested
	$(BIN)/python -m tests.screenshots

# Needs uv (https://docs.astral.sh/uv/). The locks carry hashes and no index addresses.
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock:
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --group test -c requirements.lock pyproject.toml -o tests/requirements.lock
	$(LOCK) --group servers -o tests/servers.lock
	$(LOCK) --group clients -o tests/clients/node.lock
	$(LOCK) --group readers -c tests/requirements.lock -o tests/clients/readers.lock
	$(LOCK) --extra semantic -c requirements.lock pyproject.toml -o papers/search/semantic.lock
	$(LOCK) --extra amazon-ses -c requirements.lock pyproject.toml -o subscriptions/sending/amazon-ses.lock
	$(LOCK) --extra resend -c requirements.lock pyproject.toml -o subscriptions/sending/resend.lock
	$(LOCK) --extra evaluation -c requirements.lock pyproject.toml -o digest/evaluation/evaluation.lock
