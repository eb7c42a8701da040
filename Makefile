# The few verbs of the project. `make serve` and `make test` install what they need.

.PHONY: serve build test check format bench clean

# Arguments for the server: make serve ARGS="--port 9000"
ARGS ?=

serve: build
	@exec .build/release/isocenter serve $(ARGS)

build: packages
	@echo "Building Isocenter (the first time takes some minutes)"
	@swift build --configuration release --product isocenter \
		|| { echo "The build failed; the messages above say where." >&2; exit 1; }

packages:
	@Scripts/require-swift.sh
	@Scripts/install-packages.sh

test:
	@Scripts/require-swift.sh
	@Scripts/install-packages.sh --tests
	@Scripts/python-environment.sh
	Scripts/build-tests.sh
	swift test --skip-build
	.build/python/bin/python -m pytest Tests/EndToEnd

check:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

bench: build
	Benchmarks/run.sh

clean:
	rm -rf .build
