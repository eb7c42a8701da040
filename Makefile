# The few verbs of the project. `make serve` and `make test` install what they need.

.PHONY: serve build test check format bench bench-codec browser fuzz clean

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
	Scripts/check-avx2-module.sh
	Scripts/fuzz-codec.sh 20

check:
	swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks Browser Fuzzing

format:
	swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Browser Fuzzing

bench: build
	Benchmarks/run.sh

# The codec against OpenJPH, side by side; needs no server.
bench-codec: packages
	Benchmarks/run.sh codec

# The codec for browsers, with a demo page, in .build/browser.
browser:
	Scripts/build-browser-codec.sh

# Mutated codestreams: make fuzz SECONDS=3600
SECONDS ?= 60
fuzz:
	Scripts/fuzz-codec.sh $(SECONDS)

clean:
	rm -rf .build
