# Each target does what it needs first and nothing twice; deploy/setup.sh knows what that is.
# ARGS are handed on: make test ARGS=tests/test_ticket.py, make demo ARGS="--port 8100".

ARGS ?=
BIN := .venv/bin

.PHONY: setup demo test test-two soak bench lint

setup:
	@sh deploy/setup.sh all

# Ctrl-C is the way to end a demo, not an error: the trap keeps the shell alive to say so.
demo:
	@sh deploy/setup.sh run
	@trap : INT; $(BIN)/hall demo $(ARGS) || [ $$? -eq 130 ]

# Most tests wait for something: three at a time keep two cores busy.
test:
	@sh deploy/setup.sh test
	$(BIN)/pytest -n 3 --dist loadfile $(ARGS)

# The same tests with every hall in two processes on PostgreSQL and Redis, behind one address.
test-two:
	@sh deploy/setup.sh test
	$(BIN)/pytest -n 2 --dist loadfile --form two_processes $(ARGS)

soak:
	@sh deploy/setup.sh test
	$(BIN)/pytest tests/bench/soak_*.py $(ARGS)

bench:
	@sh deploy/setup.sh test
	$(BIN)/pytest tests/bench/bench_*.py $(ARGS)

lint:
	@sh deploy/setup.sh lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
