# Every target makes .venv first where it is missing or out of date; a second call finds it and starts at once.

PORT ?= 8000
VENV := .venv/bin
# DEBUG=0 in the environment stays off, and the demo says that it does not run there.
export DEBUG ?= 1

.PHONY: help demo test check slow bench chaos mutants audit browser lock clean ready

help:
	@echo "make demo [PORT=8000]   database, demo data, web server and worker; Ctrl-C stops them"
	@echo "make test               the whole suite, without what takes long"
	@echo "make check              style, types, imports, templates, migrations, OpenAPI, production settings"
	@echo "make slow               the tests that take long"
	@echo "make bench              requests per second and latency, measured here"
	@echo "make chaos              kills each process a hundred times, with calls in flight; about half an hour"
	@echo "make mutants            takes each protection out by itself and sees tests fail; about half an hour"
	@echo "make audit              known vulnerabilities in the pinned packages; says so where the network has no data"
	@echo "make lock               requirements*.txt anew from pyproject.toml (needs the network)"
	@echo "make clean              everything that these commands made, the database too"

demo: ready
	@$(VENV)/python manage.py demo --port $(PORT)

# A file's tests stay together: some share a database role or a server.
test: ready browser
	$(VENV)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

slow: ready browser
	$(VENV)/pytest -m slow -p schemathesis --durations=10

# What the journeys need; where none can be had, pytest counts those that were not run.
browser: ready
	@$(VENV)/python -m tests.journeys.browser

check: ready
	$(VENV)/ruff check
	$(VENV)/ruff format --check
	$(VENV)/mypy
	$(VENV)/lint-imports
	$(VENV)/djlint --lint --quiet templates
	$(VENV)/python manage.py makemigrations --check --dry-run
	$(VENV)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	@# Settings as in production; the check opens no connection, so the server may be one that isn't there.
	env -u DEBUG \
		SECRET_KEY="$$($(VENV)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		ENCRYPTION_KEYS="$$($(VENV)/python -c 'import secrets; print(secrets.token_hex(64))')" \
		DATABASE_URL=postgres://debitura_app@localhost/debitura \
		ALLOWED_HOSTS=onboarding.debitura.example \
		ONBOARDING_BASE_URL=https://onboarding.debitura.example \
		$(VENV)/python manage.py check --deploy --fail-level WARNING

bench: ready
	$(VENV)/python tests/bench/run.py

chaos: ready
	$(VENV)/python tests/chaos/run.py

mutants: ready
	$(VENV)/python -m tests.mutants

audit: ready
	@$(VENV)/python -m tests.audit

COMPILE = $(VENV)/uv pip compile --quiet --universal --generate-hashes \
	--no-emit-index-url --no-annotate --no-header pyproject.toml

lock: ready
	$(COMPILE) -o requirements.txt
	$(COMPILE) --group dev -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf .venv .data staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# What is installed fits these pins, at this place: a virtual environment does not survive a move.
PINS_AND_PLACE := $(shell cksum < requirements-dev.txt) $(CURDIR)
ifeq ($(shell $(VENV)/python -c '' 2>/dev/null && cat .venv/ready 2>/dev/null),$(PINS_AND_PLACE))
ready: ;
else
# A candidate counts when it really runs: pyenv's shims are in PATH for versions that are not active,
# and some distributions leave venv out of Python.
PYTHON := $(shell \
	{ for name in python3.14 python3.13 python3.12 python3 python; do command -v $$name; done; \
	  ls -d "$$PYENV_ROOT"/versions/3.*/bin/python "$$HOME"/.pyenv/versions/3.*/bin/python 2>/dev/null | sort -rV; } \
	| while read -r candidate; do \
		"$$candidate" -c 'import ensurepip, sys, venv; sys.exit(not (3, 12) <= sys.version_info < (3, 15))' \
			>/dev/null 2>&1 </dev/null && echo "$$candidate" && break; \
	done)

ready:
	$(if $(PYTHON),,$(error No Python 3.12, 3.13 or 3.14 with venv found, neither in PATH nor under pyenv: \
		install one (Debian: apt-get install python3-venv) and try again))
	@echo "Making .venv with $$("$(PYTHON)" --version) and installing the pinned packages: a minute or two, once."
	@"$(PYTHON)" -m venv --clear .venv
	@# A pipe ends as its last part does, so the first leaves a note that it ended well.
	@{ $(VENV)/python -m pip install --progress-bar off --disable-pip-version-check --require-hashes \
		-r requirements-dev.txt 2> .venv/complaints && touch .venv/installed; } \
		| awk -v all="$$(grep -c '==' requirements-dev.txt)" \
			'/^Collecting/ && ++got % 20 == 0 { print "  " got " of " all " packages"; fflush() } \
			/^Installing/ { print "  all of them; unpacking"; fflush() }'
	@test -e .venv/installed || { cat .venv/complaints; exit 1; }
	@echo "$(PINS_AND_PLACE)" > .venv/ready
endif
