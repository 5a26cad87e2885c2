#!/usr/bin/env python3
"""The Python module beside the command: the same answers, the same sentences.

    test_dlis.py BUILD/python DLIS [unittest arguments]

Runs under $DLIS_PYTHON where that is set; exit status 77 (skipped) where numpy is missing.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import tracemalloc
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests"))
from under_python import skip_without

try:
    import numpy as np
except ImportError as error:
    skip_without(error)

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = pathlib.Path(sys.argv[2]).resolve()
FOLDER = tempfile.TemporaryDirectory()
os.environ["XDG_CACHE_HOME"] = FOLDER.name
sys.path.insert(0, sys.argv[1])
os.chdir(ROOT)

import dlis  # noqa: E402

NETWORK = "data/resnet20_cifar10.onnx"
IMAGES = "cifar10:data/cifar10?limit=20"


def command(*words, status=0):
    done = subprocess.run([COMMAND, *map(str, words)], capture_output=True, text=True)
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stderr


def scratch(name):
    return os.path.join(FOLDER.name, name)


class Fixture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.net = dlis.load(NETWORK)
        cls.x, cls.labels = cls.net.images(IMAGES)

    def fails(self, sentence, call, *arguments, **named):
        with self.assertRaises(dlis.Error) as caught:
            call(*arguments, **named)
        self.assertIn(sentence, str(caught.exception))
        return caught.exception

    def fails_as_command(self, words, call, *arguments, **named):
        sentence = command(*words, status=1)
        with self.assertRaises(dlis.Error) as caught:
            call(*arguments, **named)
        self.assertEqual("dlis: " + str(caught.exception) + "\n", sentence)


class Lists(Fixture):
    def test_version_rows_and_devices_are_those_of_the_command(self):
        self.assertTrue(command("--version").startswith(dlis.__version__))
        for layer in ("", "model", "compress", "format", "compute", "schedule", "device"):
            listed = command("list", *([layer] if layer else []))
            rows = dlis.rows(layer)
            self.assertEqual(len(rows), len(listed.splitlines()))
            for row, line in zip(rows, listed.splitlines()):
                self.assertIn(row["name"] + row["parameters"], line)
                self.assertIn(row["summary"], line)
        self.fails_as_command(("list", "formt"), dlis.rows, "formt")
        found = {device["name"]: device for device in dlis.devices()}
        self.assertEqual(set(found), {row["name"] for row in dlis.rows("device")})
        self.assertTrue(found["cpu"]["available"])


class Networks(Fixture):
    def test_says_what_it_is(self):
        self.assertEqual(self.net.inputs, [("input", np.dtype("float32"), (1, 3, 32, 32))])
        self.assertEqual(self.net.outputs, [("logits", np.dtype("float32"), (1, 10))])
        self.assertEqual((self.net.model, self.net.notes, self.net.density), (NETWORK, [], 1))
        self.assertIn("mean", self.net.metadata)
        self.assertIn("resnet20", repr(self.net))
        self.assertGreater(self.net.macs, self.net.parameters)

    def test_sentences_are_the_commands(self):
        for model in ("none.onnx", "vgg17", NETWORK + "?mien=1", "data/cifar10/test_batch.bin"):
            self.fails_as_command(("show", model), dlis.load, model)
        self.fails_as_command(("show", NETWORK, "--batch", 0), dlis.load, NETWORK, batch=0)
        self.fails("input's shape", dlis.load, NETWORK, shapes={"input": (1, -3, 32, 32)})

    def test_saves_what_loads_again(self):
        for name in ("a.onnx", "a.onnx.gz", "a.dlis"):
            self.net.save(scratch(name))
            again = dlis.load(pathlib.Path(scratch(name)))
            np.testing.assert_allclose(again.run(self.x[:1]), self.net.run(self.x[:1]), atol=1e-4)
        odd = os.fsencode(scratch("")) + b"\xff.onnx"  # no UTF-8
        self.net.save(odd)
        self.assertIn("\\xff.onnx", repr(dlis.load(os.fsdecode(odd))))
        os.remove(odd)
        self.fails("\\xff.onnx: there is no such file", dlis.load, odd)
        self.fails("end it in .onnx", self.net.save, scratch("a.txt"))
        self.fails("none", self.net.save, scratch("none/a.onnx"))

    def test_weights_and_images_lie_in_the_networks_memory(self):
        weights, again = self.net.weights(), self.net.weights()
        self.assertEqual({w.dtype for w in weights.values()}, {np.dtype(np.float32)})
        self.assertGreater(sum(w.size for w in weights.values()), 0.9 * self.net.parameters)
        for name, weight in weights.items():
            self.assertFalse(weight.flags.owndata or weight.flags.writeable)
            self.assertEqual(weight.ctypes.data, again[name].ctypes.data)
        self.assertFalse(self.x.flags.owndata or self.x.flags.writeable)
        self.assertEqual(self.x.shape, (20, 3, 32, 32))
        kept = next(iter(dlis.load(NETWORK).weights().values()))  # the network is gone
        np.testing.assert_array_equal(kept, next(iter(weights.values())))

    def test_accuracy_is_the_commands(self):
        found = self.net.accuracy(IMAGES)
        self.assertEqual(found["images"], 20)
        self.assertIn(f"{found['top1']:.2f}", command("accuracy", NETWORK, "--data", IMAGES))
        wrong = np.mean(found["predictions"] != self.labels)
        self.assertAlmostEqual(found["top1"], 100 * (1 - wrong))
        self.fails_as_command(("accuracy", NETWORK, "--data", "cifar11:x"), self.net.accuracy, "cifar11:x")


class Runs(Fixture):
    def test_answers_are_the_commands(self):
        np.save(scratch("x.npy"), self.x)
        command("run", NETWORK, "--batch", 20, "--input", scratch("x.npy"), "--output", scratch("y.npy"))
        y = self.net.run(self.x)
        np.testing.assert_allclose(y, np.load(scratch("y.npy")), atol=1e-3)
        self.assertGreaterEqual(np.mean(y.argmax(axis=1) == self.labels), 0.8)

    def test_any_number_of_workers_and_any_thread_give_the_same_bits(self):
        plan = self.net.plan(tune="off", compute="indirect_gemm")
        first = plan.run(self.x[:1])
        np.testing.assert_array_equal(
            first, self.net.plan(tune="off", compute="indirect_gemm", threads=3, schedule="dynamic").run(self.x[:1]))
        wrong = []

        def work(images):
            for i in images:
                mine = plan.run(self.x[i:i + 1])
                if not np.array_equal(mine, expected[i]):
                    wrong.append(i)

        expected = [plan.run(self.x[i:i + 1]) for i in range(8)]
        threads = [threading.Thread(target=work, args=(list(range(8)) * 5,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_a_forked_process_runs_and_ends(self):
        plan = self.net.plan(tune="off", threads=2)
        expected = plan.run(self.x[:1])
        time.sleep(0.02)  # its threads have gone to sleep
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            same = np.array_equal(plan.run(self.x[:1]), expected)
            del plan
            os._exit(0 if same else 1)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_reads_and_writes_where_the_arrays_lie(self):
        images = np.ascontiguousarray(np.tile(self.x, (10, 1, 1, 1)))
        plan = self.net.shaped({"input": images.shape}).plan(tune="off")
        out = np.full((200, 10), np.nan, np.float32)
        place = out.ctypes.data
        tracemalloc.start()
        self.assertIs(plan.run(images, out=out), out)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        self.assertLess(peak, images.nbytes // 20)  # numpy's memory is traced
        self.assertEqual(out.ctypes.data, place)
        np.testing.assert_array_equal(out, plan.run(images))
        self.assertTrue(plan.run(images).flags.owndata)

    def test_other_layouts_are_copied_first(self):
        plan = self.net.plan(tune="off")
        x = np.ascontiguousarray(self.x[:1])
        expected = plan.run(x)
        odd = np.frombuffer(b"0" + x.tobytes(), np.uint8)[1:].view(np.float32).reshape(x.shape)
        channels_last = np.ascontiguousarray(x.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
        for same in (np.repeat(x, 2, axis=3)[..., ::2], channels_last, odd, [x], {"input": x}):
            np.testing.assert_array_equal(plan.run(same), expected)

    def test_wrong_arrays_are_told(self):
        plan = self.net.plan(tune="off")
        x = self.x[:1]
        wrong = self.fails("the input is float64 1x3x32x32, the network wants float32 1x3x32x32",
                           plan.run, x.astype(np.float64))
        self.assertEqual((wrong.where, wrong.refused), ("input", False))
        self.assertIn("astype('float32')", wrong.hint)
        self.assertIsInstance(wrong, ValueError)
        self.fails("the input is float32 2x3x32x32", plan.run, self.x[:2])
        self.fails("the input is >f4 1x3x32x32", plan.run, x.astype(">f4"))
        self.fails("2 were given", plan.run, [x, x])
        self.fails("unknown input 'inputs'; did you mean input?", plan.run, {"inputs": x})
        self.fails("'input' is not given", plan.run, {})
        self.fails("the output is float32 10", plan.run, x, out=np.empty(10, np.float32))
        self.fails("one piece", plan.run, x, out=np.empty((1, 20), np.float32)[:, ::2])
        self.fails("no array", plan.run, x, out=[[0] * 10])
        self.fails("input", self.net.run, self.x[:, :2])

    def test_plans_take_the_commands_choices(self):
        plan = self.net.plan(format="csr", compute="reference", threads=2)
        self.assertIn("reference", plan.explain())
        self.assertGreater(plan.peak_bytes, plan.weights_bytes)
        plan.save(scratch("plan.json"))
        self.assertIn("csr", self.net.plan(choices=scratch("plan.json")).explain())
        for option, value in (("format", "cser"), ("compute", "winograd"), ("schedule", "statik"),
                              ("device", "gpu"), ("tune", "hard"), ("memory", 0), ("memory", "1K"),
                              ("threads", 0), ("memory", "much")):
            self.fails_as_command(("plan", NETWORK, f"--{option}", value), self.net.plan, **{option: value})


    def test_threads_may_outlive_the_program(self):
        program = f"""if True:
            import sys, threading, time
            sys.path.insert(0, sys.argv[1])
            import dlis, numpy
            plan = dlis.load({NETWORK!r}).plan(tune="off")
            x = numpy.zeros((1, 3, 32, 32), numpy.float32)
            threading.Thread(target=lambda: [plan.run(x) for _ in range(10**6)], daemon=True).start()
            time.sleep(0.2)"""
        done = subprocess.run([sys.executable, "-c", program, sys.argv[1]], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class Compression(Fixture):
    def test_compresses_and_saves(self):
        small = dlis.compress(self.net, "weight_prune:zeros=0.5 + quantise:type=bf16")
        self.assertLess(small.density, 0.6)
        self.assertEqual(self.net.density, 1)
        small.save(scratch("small.onnx"))
        command("compress", NETWORK, "--compress", "weight_prune:zeros=0.5 + quantise:type=bf16",
                "-o", scratch("other.onnx"))
        mine, other = dlis.load(scratch("small.onnx")), dlis.load(scratch("other.onnx"))
        np.testing.assert_array_equal(mine.plan(tune="off").run(self.x[:1]), other.plan(tune="off").run(self.x[:1]))
        thin = dlis.compress(self.net, "channel_prune:macs=0.5", data=IMAGES)
        self.assertLess(thin.macs, 0.6 * self.net.macs)

    def test_sentences_are_the_commands(self):
        for chain in ("weight_prune", "weight_prun:zeros=0.5", "quantise:type=int8"):
            self.fails_as_command(("compress", NETWORK, "--compress", chain, "-o", scratch("x.onnx")),
                                  dlis.compress, self.net, chain)


class Explorations(Fixture):
    AXES = {"compress": ["none", "weight_prune:zeros=0.9"], "format": ["dense", "csr"],
            "compute": ["indirect_gemm", "sparse_direct"]}
    CHEAP = {"data": IMAGES, "seconds": 0.02, "tune": "off"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = scratch("run.db")
        cls.calls = []
        cls.records = dlis.explore(NETWORK, **cls.AXES, **cls.CHEAP, output=cls.store,
                                   progress=lambda text, share: cls.calls.append((text, share)))

    def test_records_are_the_commands(self):
        lines = [json.loads(line) for line in command("report", self.store, "--json").splitlines()]
        self.assertEqual(dlis.records(self.store), lines)
        self.assertEqual(list(self.records), lines)
        self.assertEqual([list(record) for record in self.records], [list(line) for line in lines])
        self.assertEqual(len(self.records), 8)
        self.assertTrue(any(record["refused"] for record in self.records))
        self.assertEqual({type(record) for record in self.records}, {dict})
        self.assertEqual(self.records.answer, "")
        self.assertTrue(any("of 8" in text and 0 <= share <= 1 for text, share in self.calls))

    def test_goes_on_in_the_commands_store(self):
        options = ["--data", IMAGES, "--seconds", 0.02, "--tune", "off", "-o", self.store]
        axes = [word for name, values in self.AXES.items() for word in (f"--{name}", ",".join(values))]
        before = dlis.records(self.store)
        command("explore", NETWORK, *axes, *options)
        self.assertEqual(dlis.records(self.store), before)
        again = dlis.explore(pathlib.Path(NETWORK), **self.AXES, **self.CHEAP, output=pathlib.Path(self.store))
        self.assertEqual(again, self.records)
        one = dlis.explore(stacks=self.records[0]["stack"], **self.CHEAP, output=self.store)
        self.assertEqual(one, self.records[:1])

    def test_constraints_have_an_answer_or_a_sentence(self):
        again = dlis.explore(NETWORK, **self.AXES, **self.CHEAP, output=self.store, min_top1=1, grid=True)
        self.assertEqual(again, self.records)
        self.assertIn("--min-top1 1", again.answer)
        self.fails("no stack keeps --max-ms 1e-06", dlis.explore, NETWORK, **self.AXES, **self.CHEAP,
                   output=self.store, max_ms=1e-6, grid=True)

    def test_searches_within_a_budget(self):
        store = scratch("search.db")
        found = dlis.explore(NETWORK, compress=["none", "weight_prune:zeros=0.5"], format="dense", threads=1,
                             **self.CHEAP, output=store, max_bytes="2M", budget="1m")
        self.assertIn("--max-bytes 2M", found.answer)
        self.assertTrue(os.path.exists(scratch("search.screen.db")))
        self.assertEqual(found, [record for record in dlis.records(store) if record in found])

    def test_sentences_are_the_commands(self):
        for words, named in (((), {"output": scratch("x.db"), "format": "cser"}),
                             ((), {"output": scratch("none/x.db")}),
                             ((), {"output": scratch("x.db"), "compress": ["none", "prune"]}),
                             (("--max-ms", "-1"), {"output": scratch("x.db"), "max_ms": -1}),
                             (("--min-top1", "9"), {"output": scratch("x.db"), "min_top1": 9}),
                             (("--budget", "soon"), {"output": scratch("x.db"), "budget": "soon"}),
                             (("--seconds", "0"), {"output": scratch("x.db"), "seconds": 0})):
            options = [word for name in ("format", "compress") if name in named
                       for word in (f"--{name}", named[name] if name == "format" else ",".join(named[name]))]
            self.fails_as_command(("explore", NETWORK, "-o", named["output"], *options, *words),
                                  dlis.explore, NETWORK, **named)
        self.fails("no model is given", dlis.explore, output=scratch("x.db"))
        self.fails_as_command(("report", scratch("no.db")), dlis.records, scratch("no.db"))
        self.fails_as_command(("report", NETWORK), dlis.report, NETWORK)

    def test_report_is_the_commands(self):
        report = dlis.report(self.store)
        command("report", self.store, "-o", scratch("page.html"))
        report.save(scratch("mine.html"))
        with open(scratch("page.html")) as page, open(scratch("mine.html")) as mine:
            commit = re.escape(dlis.__version__) + r"[-+\w]*"  # each has the one that it was built from
            self.assertEqual(*(re.sub(commit, "", file.read()) for file in (page, mine)))
        self.assertEqual(str(report), command("report", self.store))
        shown = report._repr_html_()
        self.assertTrue(shown.startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;'))
        self.assertEqual(shown.count("<"), 2)  # the frame's own
        self.assertIn("&lt;base href=&quot;about:srcdoc&quot;&gt;", shown)
        self.fails("it is the store", report.save, self.store)
        self.fails("none", report.save, scratch("none/x.html"))


class Stops(Fixture):
    PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import dlis
net = dlis.load({network!r})
print("begins", flush=True)
try:
    {call}
except KeyboardInterrupt:
    print("stopped")
"""

    def interrupted(self, call):
        program = self.PROGRAM.format(network=NETWORK, call=call)
        child = subprocess.Popen([sys.executable, "-c", program, sys.argv[1]], stdout=subprocess.PIPE, text=True)
        self.assertEqual(child.stdout.readline(), "begins\n")
        time.sleep(1)
        child.send_signal(signal.SIGINT)
        self.assertEqual(child.communicate(timeout=60)[0], "stopped\n")
        self.assertEqual(child.returncode, 0)

    def test_interrupts_end_long_calls(self):
        store = scratch("stopped.db")
        self.interrupted(f"dlis.explore({NETWORK!r}, stacks=[f'{NETWORK} | none | dense | auto | cpu:{{n}}' for n in "
                         f"range(1, 60)], seconds=0.5, data='cifar10:data/cifar10', output={store!r})")
        kept = dlis.records(store)  # finished ones are whole
        self.assertLess(len(kept), 59)
        self.interrupted("[net.accuracy('synthetic:20000') for _ in range(100)]")
        self.interrupted("net.shaped({'input': (64, 3, 32, 32)}).plan(tune='full', schedule='auto', threads=2)")

    def test_what_progress_raises_is_raised(self):
        def stop(text, share):
            raise LookupError(text)
        for call in (lambda: self.net.accuracy(IMAGES, progress=stop),
                     lambda: dlis.compress(self.net, "quantise:type=int8", data="synthetic:64", progress=stop),
                     lambda: dlis.explore(NETWORK, output=scratch("y.db"), progress=stop)):
            self.assertRaises(LookupError, call)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
