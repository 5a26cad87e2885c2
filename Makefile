# The front door; everything else is CMake (CMakePresets.json lists the other builds).
DLIS = build/release/dlis

build: setup
	cmake --preset release
	cmake --build --preset release --target dlis

demo: build
	$(DLIS) explore data/resnet20_cifar10.onnx \
	  --compress none,weight_prune:zeros=0.5,weight_prune:zeros=0.8 \
	  --format dense,bf16,csr --compute auto --threads 1,2 \
	  --data cifar10:data/cifar10 -o build/demo.db
	@$(DLIS) report build/demo.db -o build/demo.html
	@echo "As a page, with charts: build/demo.html"

# build/release/dlis_*.deb, and dlis-training_*.deb where LibTorch is installed.
package:
	tools/setup package
	cmake --preset release
	cmake --build --preset release --target dlis dlis_run dlis_device documents
	cd build/release && rm -f *.deb && cpack

test: setup
	cmake --preset release
	cmake --build --preset release
	ctest --preset release -j 2

# The source's findings, asked again: docs/results/studies.md and a page. Needs DLIS_DATA and idle cores.
studies: build
	tools/studies
	$(DLIS) report build/studies/studies.db -o build/studies/report.html

bench: setup
	cmake --preset release
	cmake --build --preset release --target benches
	for bench in build/release/bench/*_bench; do $$bench || exit 1; done

# Beside other engines, into docs/results/peers.md; a stopped run goes on. PEERS="--rounds 3 --only 'resnet18/*'".
peers: build build/peers/venv/installed
	mkdir -p docs/results
	build/peers/venv/bin/python bench/peers/compare.py $(DLIS) --page docs/results/peers.md $(PEERS)

build/peers/venv/installed: bench/peers/requirements.txt
	tools/setup peers
	python3 -m venv build/peers/venv
	build/peers/venv/bin/pip install -q -r bench/peers/requirements.txt
	touch $@

docs:
	tools/docs_api

setup:
	tools/setup build

clean:
	rm -rf build

.PHONY: build demo docs package test studies bench peers setup clean
