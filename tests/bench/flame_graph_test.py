"""Tests of bench/flame_graph.py: stacks read, boxes placed, and a picture that is whole."""

import pathlib
import subprocess
import sys
import unittest
import xml.etree.ElementTree as xml
from collections import Counter

BENCH = pathlib.Path(__file__).resolve().parents[2] / "bench"
sys.path.insert(0, str(BENCH))

import flame_graph  # noqa: E402 (it is not a package)
from flame_graph import Frame  # noqa: E402

SAMPLES = """\
place_bench
	           54c7a flexstock::shard::Shard::Place
	           1de74 flexstock::bench::Caller::Run<std::less<int> >
	           d44a3 [unknown]
	           d44a9 [unknown]

place_bench
	ffffffff821e86a7 clear_page_erms
	           101b07 __madvise
	           54c7a flexstock::shard::Shard::Place
	           1de74 flexstock::bench::Caller::Run<std::less<int> >

place_bench
	           54c7a flexstock::shard::Shard::Place
	           1de74 flexstock::bench::Caller::Run<std::less<int> >
	           d44a3 [unknown]

place_bench
	           1234 [unknown]
"""
RUN, PLACE = Frame("flexstock::bench::Caller::Run<std::less<int> >"), Frame("flexstock::shard::Shard::Place")
STACKS = Counter(
    {
        (RUN, PLACE): 2,
        (RUN, PLACE, Frame("__madvise"), Frame("clear_page_erms", kernel=True)): 1,
        (Frame("[unknown]"),): 1,
    }
)


class StacksTest(unittest.TestCase):
    def test_are_counted_from_the_outermost_frame_that_has_a_name(self):
        self.assertEqual(flame_graph.read_stacks(SAMPLES.splitlines()), STACKS)
        self.assertEqual(flame_graph.read_stacks([]), Counter())

    def test_shortens_names(self):
        for name, shorter in (
            ("flexstock::Engine::Place(flexstock::PlaceOrder const&)", "Engine::Place"),
            ("std::_M<a<b>, void (c::*)()>::_M_run", "std::_M::_M_run"),
            ("flexstock::bench::Stage::Problem[abi:cxx11]", "bench::Stage::Problem"),
            ("bool operator< <int>(int)", "bool operator< <int>(int)"),
            ("(anonymous)", "(anonymous)"),
            ("[unknown]", "[unknown]"),
        ):
            with self.subTest(name):
                self.assertEqual(flame_graph.shorten(name), shorter)


class PictureTest(unittest.TestCase):
    def test_gives_each_box_its_share_above_its_caller(self):
        placed = flame_graph.place(flame_graph.pile(STACKS), 0, 0, 1000)
        self.assertEqual(
            [(one.box.frame.name, one.level, one.x, one.width, flame_graph.owner(one)) for one in placed],
            [
                ("all", 0, 0, 1000, "all"),
                ("[unknown]", 1, 0, 250, "other"),
                (RUN.name, 1, 250, 750, "bench"),
                (PLACE.name, 2, 250, 750, "engine"),
                ("__madvise", 3, 250, 250, "other"),
                ("clear_page_erms", 4, 250, 250, "kernel"),
            ],
        )

    def test_leaves_out_what_is_too_narrow(self):
        many = Counter({(PLACE,): 10_000, (RUN,): 1})
        names = [one.box.frame for one in flame_graph.place(flame_graph.pile(many), 0, 0, 1000)]
        self.assertEqual(names, [Frame("all"), PLACE])

    def test_is_well_formed_and_needs_nothing_else(self):
        picture = flame_graph.draw(STACKS, 'a <title> & "more"')
        root = xml.fromstring(picture)
        svg = "{http://www.w3.org/2000/svg}"
        titles = [title.text for title in root.iter(f"{svg}title")]
        self.assertIn(f"{PLACE.name}\n3 samples, 75.00%", titles)
        self.assertIn(f"{RUN.name}\n3 samples, 75.00%", titles)
        self.assertEqual(root.get("aria-label"), 'a <title> & "more"')
        self.assertEqual(picture.count("http"), 1)  # the name space: nothing is fetched

    def test_says_so_if_nothing_was_sampled(self):
        done = subprocess.run(
            [sys.executable, "-B", BENCH / "flame_graph.py"], input="", capture_output=True, text=True, check=False
        )
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("no stack on standard input", done.stderr)


if __name__ == "__main__":
    unittest.main()
