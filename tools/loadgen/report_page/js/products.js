// Which products were in demand.

import { barTable } from "./bar_table.js";
import { grouped, words } from "./figures.js";
import { frame } from "./frame.js";

export const figureColumn = (name, text = grouped) => ({ name: words(name), of: (row) => row[name], text, bar: true });
export const nameColumn = (name) => ({ name: words(name), of: (row) => row[name], text: String });

export function products(run) {
  const rows = run.hottest_products;
  if (rows.length === 0) return [];
  const columns = [
    nameColumn("product"),
    ...["orders", "units", "refused", "available"].map((name) => figureColumn(name)),
  ];
  const text = { id: "hottest-products", title: "Hottest products", unit: "orders and units" };
  return [{ id: text.id, element: frame(text, barTable(text.title, columns, rows)).element }];
}
