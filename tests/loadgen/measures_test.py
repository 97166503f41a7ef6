"""Tests of tools/datasets/measure_*.py: on tiny files, and on series whose burstiness is known. Usage: measures_test.py"""

import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import unittest

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "tools" / "datasets"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def row(invoice: int, code: int, qty: int) -> str:
    return f"{invoice},{code},A THING,{qty},2010-12-01 08:26,2.55,17850,United Kingdom\n"


class MeasuresTest(unittest.TestCase):
    def run_script(self, script: str, text: str, *more: str) -> subprocess.CompletedProcess:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            command = [sys.executable, "-B", SCRIPTS / script, file.name, *more]
            return subprocess.run(command, capture_output=True, text=True, check=False)

    def retail(self, rows: list[str]) -> dict[str, list]:
        """The tables that are written: fits/NAME, and what they are fitted to as data/NAME."""
        with tempfile.TemporaryDirectory() as directory:
            fits, data = pathlib.Path(directory, "fits"), pathlib.Path(directory, "data")
            fits.mkdir()
            data.mkdir()
            done = self.run_script("measure_online_retail.py", HEADER + "".join(rows), str(fits), "--unfitted", str(data))
            self.assertEqual(done.returncode, 0, done.stderr)
            paths = pathlib.Path(directory).glob("*/*.json")
            files = {f"{path.parent.name}/{path.stem}": json.loads(path.read_text()) for path in paths}
            self.assertTrue(all("CC BY 4.0" in file["source"] for file in files.values()))
            return {name: file["table"] for name, file in files.items()}

    def series(self, counts: list[int]) -> tuple[dict[int, float], float]:
        """Dispersion by window, and the Hurst exponent."""
        done = self.run_script("measure_series.py", "".join(f"{count}\n" for count in counts))
        self.assertEqual(done.returncode, 0, done.stderr)
        found = re.findall(r"window +(\d+) s: dispersion +(\S+)", done.stdout)
        return {int(length): float(value) for length, value in found}, float(re.search(r"Hurst (\S+),", done.stdout)[1])

    def test_a_few_rows_are_fitted_exactly(self):
        tables = self.retail([row(1, 10001, 1), row(1, 10001, 12), row(1, 10002, 12), row(2, 10001, 12)])
        self.assertEqual(tables["data/units_per_line"], [[1, 0.25], [12, 1.0]])
        self.assertEqual(tables["fits/units_per_line"], [[0.0, 0], [0.25, 1], [1.0, 12]])
        self.assertEqual(tables["data/lines_per_order"], [[1, 0.5], [3, 1.0]])
        self.assertEqual(tables["fits/product_shares"], [[1, 0.75], [2, 0.25]])

    def test_fits_are_within_their_bound_of_the_data(self):
        chance = random.Random(1)

        def made_up(i: int) -> str:
            product = min(int(chance.paretovariate(0.8)), 400)
            return row(1 + i // 7, 10001 + product, chance.choice([1, 2, 6, 12, 144]))

        tables = self.retail([made_up(i) for i in range(5000)])
        knots = tables["fits/units_per_line"]
        for value, share in tables["data/units_per_line"]:
            above = next(i for i, knot in enumerate(knots) if knot[1] >= value)
            (low_share, low), (high_share, high) = knots[above - 1], knots[above]
            fitted = low_share + (high_share - low_share) * (value - low) / (high - low)
            self.assertLess(abs(fitted - share), 0.0021)

    def test_a_file_without_orders_is_refused(self):
        done = self.run_script("measure_online_retail.py", HEADER, "/nowhere")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no order in it", done.stderr)

    def test_independent_arrivals_have_the_dispersion_and_exponent_of_chance(self):
        chance = random.Random(1)
        windows, hurst = self.series([sum(chance.random() < 0.1 for _ in range(30)) for _ in range(8 * 3600)])
        for value in windows.values():
            self.assertAlmostEqual(value, 0.9, delta=0.15)  # binomial: 1 - 0.1
        self.assertAlmostEqual(hurst, 0.5, delta=0.05)

    def test_lasting_bursts_have_more_of_both(self):
        chance = random.Random(1)
        counts: list[int] = []
        while len(counts) < 8 * 3600:
            counts += [chance.choice([0, 10])] * int(5 * chance.paretovariate(1.2))
        windows, hurst = self.series(counts)
        self.assertGreater(windows[60], 5 * windows[1])
        self.assertGreater(hurst, 0.75)

    def test_what_is_no_series_is_refused_with_its_line(self):
        done = self.run_script("measure_series.py", "1\n-2\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn(":2: no count", done.stderr)
        self.assertIn("lower --least", self.run_script("measure_series.py", "1\n2\n").stderr)
        self.assertIn("nothing was counted", self.run_script("measure_series.py", "0\n").stderr)


if __name__ == "__main__":
    unittest.main()
