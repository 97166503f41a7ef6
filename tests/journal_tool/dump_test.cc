// What dump tells is what the engine told.
#include "tools/journal/dump.h"

#include <gmock/gmock.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/journal_tool/on_disk.h"

namespace flexstock::journal_tool {
namespace {

using nlohmann::json;

class DumpTest : public OnDisk {
 protected:
  // `problem`: what is said about the journal has this in it; "": nothing is said.
  [[nodiscard]] std::string Text(const std::string& problem = "", const DumpFilter& filter = {}) const {
    std::string text;
    const auto output = replay::Output::ToString(&text);
    const std::string said = Dump(SystemStorage(), path_, filter, output.get());
    EXPECT_EQ(said.empty(), problem.empty()) << said;
    EXPECT_THAT(said, testing::HasSubstr(problem));
    output->Close();
    return text;
  }
  [[nodiscard]] std::vector<json> Lines(const DumpFilter& filter = {}) const {
    std::vector<json> lines;
    std::istringstream stream(Text("", filter));
    for (std::string line; std::getline(stream, line);) lines.push_back(json::parse(line));
    return lines;
  }
};

std::string IdOf(OrderId id) { return std::to_string(static_cast<std::uint64_t>(id)); }

// An event as a line of the dump has it: of a change, or of one that the snapshot keeps.
void ExpectSame(const json& line, const Event& event) {
  SCOPED_TRACE(line.dump());
  EXPECT_EQ(line["event"], Name(event.type));
  EXPECT_EQ(line["at"], event.at_ms);
  EXPECT_EQ(line["product"], static_cast<std::int64_t>(event.product));
  if (event.type == EventType::kProductMode) {
    EXPECT_EQ(line["mode"], Name(event.mode));
    return;
  }
  EXPECT_EQ(line["order"], IdOf(event.order));
  EXPECT_EQ(line["customer"], static_cast<std::int64_t>(event.customer));
  EXPECT_EQ(line.value("deadline", Millis{0}), event.deadline_ms);
  const auto accepted = line.value("accepted", Units{0});
  if (event.type != EventType::kRefundDue) {
    EXPECT_EQ(accepted != 0 ? accepted : line["qty"].get<Units>(), event.qty);
  }
}

// The whole life of a journal, everything told: each change has its event, and each event its change.
TEST_F(DumpTest, TellsEveryEventOnce) {
  const std::unique_ptr<Engine> engine = OpenHere();
  // The day's own polling would take them away: they are told again to whoever has not confirmed.
  journal::Shop shop({.seed = 9, .confirms = false});
  shop.Use(engine.get());
  for (int i = 0; i < 150; ++i) ASSERT_TRUE(shop.Run(8));
  const std::vector<json> lines = Lines();

  std::filesystem::copy(path_, path_ + "-copy");
  Options options = OptionsHere();
  options.journal_dir += "-copy";
  const auto [again, problem] = Engine::Open(options);
  ASSERT_EQ(problem, "");
  std::map<std::uint64_t, Event> events;
  std::array<Event, 64> some;
  ASSERT_TRUE(again->Commit());
  while (const std::size_t count = again->Poll(Audience::kFeed, some)) {
    for (std::size_t i = 0; i < count; ++i) {
      if (some[i].type != EventType::kPickupRequested) events[some[i].position] = some[i];
    }
  }
  ASSERT_GT(events.size(), 100u);
  std::uint64_t expected = 1;
  std::set<std::string> types;
  for (const json& line : lines) {
    if (line["type"] != "change") continue;
    EXPECT_EQ(line["position"], expected++);
    types.insert(line["event"]);
    const auto found = events.find(line["position"]);
    if (line["event"] == "product_image" || line["event"] == "superseded") {
      EXPECT_EQ(found, events.end());
      continue;
    }
    ASSERT_NE(found, events.end()) << line;
    ExpectSame(line, found->second);
    events.erase(found);
  }
  EXPECT_TRUE(events.empty());
  EXPECT_GE(types.size(), 12u) << "a day has nearly all of them";
}

TEST_F(DumpTest, HasTheSnapshotsImages) {
  std::map<std::string, OrderView> orders;
  std::map<std::int64_t, ProductView> products;
  {
    const std::unique_ptr<Engine> engine = OpenHere();
    journal::Shop shop({.seed = 2});
    shop.Use(engine.get());
    for (int i = 0; i < 40; ++i) ASSERT_TRUE(shop.Run(8));
    ASSERT_TRUE(shop.Settle());
    ASSERT_EQ(shop.Snapshot(), "");
    for (const OrderId id : shop.orders()) {
      OrderView view;
      if (engine->Find(id, &view, shop.now_ms()) == Code::kOk) orders[IdOf(id)] = view;
    }
    for (std::int64_t id = 1; id <= 6; ++id) {
      ProductView view;
      if (engine->Find(ProductId{id}, &view, shop.now_ms()) == Code::kOk) products[id] = view;
    }
  }
  ASSERT_GT(orders.size(), 20u);
  std::size_t ends = 0;
  for (const json& line : Lines()) {
    if (!line.contains("snapshot")) continue;
    SCOPED_TRACE(line.dump());
    if (line["type"] == "order") {
      const auto found = orders.find(line["order"]);
      if (found == orders.end()) continue;  // forgotten, but its slot is not yet used again
      const OrderView& view = found->second;
      EXPECT_EQ(line["state"], Name(view.state));
      EXPECT_EQ(line["product"], static_cast<std::int64_t>(view.product));
      EXPECT_EQ(line["customer"], static_cast<std::int64_t>(view.customer));
      EXPECT_EQ(line["qty"], view.qty);
      EXPECT_EQ(line["accepted"], view.accepted);
      EXPECT_EQ(line["taken"], view.taken);
      EXPECT_EQ(line.value("deadline", Millis{0}), view.deadline_ms);
      EXPECT_EQ(line.contains("key"), view.key.given());
      orders.erase(found);
    } else if (line["type"] == "product") {
      const ProductView& view = products.at(line["product"]);
      EXPECT_EQ(line["member"], static_cast<std::int64_t>(view.member));
      EXPECT_EQ(line["available"], view.available);
      EXPECT_EQ(line["held"], view.held);
      EXPECT_EQ(line["sold"], view.sold);
      EXPECT_EQ(line["written_off"], view.written_off);
      EXPECT_EQ(line["supplied"], view.supplied);
      EXPECT_EQ(line["status"] == "draft", view.mode == ProductMode::kDraft);
      EXPECT_EQ(line["policy"]["payment_window_ms"], view.policy.payment_window_ms);
      products.erase(line["product"]);
    } else if (line["type"] == "end") {
      ++ends;
    }
  }
  EXPECT_TRUE(orders.empty());
  EXPECT_TRUE(products.empty());
  EXPECT_EQ(ends, 1u);
}

// A filter leaves the same lines out whoever applies it.
TEST_F(DumpTest, Filters) {
  MakeADay(4);
  const std::vector<json> all = Lines();
  std::set<std::string> orders;
  std::set<std::int64_t> products;
  for (const json& line : all) {
    if (line.contains("order")) orders.insert(line["order"].get<std::string>());
    if (line.contains("product")) products.insert(line["product"].get<std::int64_t>());
  }
  ASSERT_GE(products.size(), 5u);
  ASSERT_GT(orders.size(), 100u);
  const auto expect = [&](const DumpFilter& filter, const char* field, const json& value) {
    std::vector<json> expected;
    std::copy_if(all.begin(), all.end(), std::back_inserter(expected),
                 [&](const json& line) { return line.contains(field) && line[field] == value; });
    EXPECT_EQ(Lines(filter), expected) << field << " " << value;
    EXPECT_FALSE(expected.empty());
  };
  for (const std::int64_t product : products) expect({.product = ProductId{product}}, "product", product);
  int some = 0;
  for (const std::string& order : orders) {
    if (++some % 40 == 0) expect({.order = OrderId{std::stoull(order)}}, "order", order);
  }
  const auto never_given = OrderId{~std::uint64_t{0}};
  EXPECT_TRUE(Lines({.order = never_given}).empty());
}

// All of it, to the block, and nothing behind.
TEST_F(DumpTest, WritesWhatIsBeforeTheDamage) {
  MakeADay();
  const std::string whole = Text();
  std::vector<json> blocks;
  for (const json& line : Lines()) {
    if (line["type"] == "block") blocks.push_back(line);
  }
  // One that has another before and behind it in its file.
  std::size_t at = blocks.size() - 10;
  while (blocks[at - 1]["file"] != blocks[at + 1]["file"]) --at;
  const json& damaged = blocks[at];
  Flip(damaged["file"], damaged["offset"].get<std::uint64_t>() + 100);
  EXPECT_EQ(Text(damaged["file"]), whole.substr(0, whole.find("{\"epoch\":" + damaged["epoch"].dump() + ",")));
}

// What a block says is vouched for by the one before it, and by nothing in a file's first page.
TEST_F(DumpTest, WritesWhatIsInAFileWithADamagedHeader) {
  MakeADay();
  const std::string whole = Text();
  const std::string last = FileOf("journal-", -1);
  Flip(last, 20);
  EXPECT_EQ(Text(last), whole) << "it never has a block";
  Flip(last, 20);
  const std::string first = FileOf("journal-");
  Flip(first, 20);
  const std::string some = Text(first);
  EXPECT_TRUE(whole.starts_with(some));
  EXPECT_THAT(some, testing::HasSubstr("\"file\":\"" + first + "\""));
}

TEST_F(DumpTest, WritesWhatIsInAFileThatIsCut) {
  MakeADay();
  const std::string whole = Text();
  std::vector<json> blocks;
  for (const json& line : Lines()) {
    if (line["type"] == "block" && line["file"] == FileOf("journal-")) blocks.push_back(line);
  }
  ASSERT_GE(blocks.size(), 2u);
  std::filesystem::resize_file(path_ + "/" + FileOf("journal-"), blocks.back()["offset"].get<std::uint64_t>());
  EXPECT_EQ(Text("it has been cut"), whole.substr(0, whole.find("{\"epoch\":" + blocks.back()["epoch"].dump() + ",")));
}

// Of the snapshot what is before the damage, and then the journal, from where the snapshot says that it begins.
TEST_F(DumpTest, WritesTheJournalBehindADamagedSnapshot) {
  MakeADay();
  std::set<std::pair<json, json>> changes;
  for (const json& line : Lines()) {
    if (line["type"] == "change") changes.emplace(line["position"], line["event"]);
  }
  const std::string snapshot = FileOf("snapshot-");
  Flip(snapshot, std::filesystem::file_size(path_ + "/" + snapshot) - 1);
  std::istringstream stream(Text(snapshot));
  std::size_t images = 0;
  for (std::string text; std::getline(stream, text);) {
    const json line = json::parse(text);
    images += line["type"] == "order" || line["type"] == "product" ? 1 : 0;
    if (line["type"] == "change") {
      EXPECT_EQ(changes.erase({line["position"], line["event"]}), 1u);
    }
  }
  EXPECT_GT(images, 10u);
  EXPECT_TRUE(changes.empty());
}

}  // namespace
}  // namespace flexstock::journal_tool
