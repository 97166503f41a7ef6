#include "tests/replay/random_log.h"

#include <fmt/format.h>

#include <iterator>
#include <random>
#include <string_view>

namespace flexstock::replay {

namespace {

class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string Line() {
    // Mostly a little later, often at once, now and then back, and sometimes beyond every window.
    const std::uint64_t step = Below(100);
    at_ += step < 80 ? 0 : static_cast<std::int64_t>(Below(step < 99 ? 4 : 60));
    const std::int64_t at = Below(30) == 0 ? at_ - static_cast<std::int64_t>(Below(20)) : at_;
    return fmt::format("{{\"at\":{},{}}}\n", at, Action());
  }

 private:
  // Of the arguments of one call no two draw: which goes first is the compiler's choice, and a seed would mean another
  // log with another compiler.
  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  // One of the words, some more likely than others by being given twice.
  std::string_view OneOf(std::initializer_list<std::string_view> words) {
    return std::data(words)[Below(words.size())];
  }

  std::string Action() {
    const std::uint64_t choice = Below(100);
    if (choice < 8) return Put();
    if (choice < 40) {
      const std::string placed = Placed();
      return fmt::format(R"("op":"place",{},"customer":{})", placed, Customer());
    }
    if (choice < 48) return Cart();
    if (choice < 80) return Treat(choice);
    const std::string product = Product();
    if (choice < 86) return fmt::format(R"("op":"adjust_stock",{},"by":{})", product, static_cast<int>(Below(12)) - 4);
    if (choice < 91) {
      const std::string expect = Below(2) == 0 ? "" : fmt::format(R"(,"expect":{})", Below(4));
      return fmt::format(R"("op":"set_stock",{},"stock":{}{})", product, Below(8), expect);
    }
    if (choice < 97) {
      return fmt::format(R"("op":"{}",{})", OneOf({"publish", "publish", "publish", "unpublish"}), product);
    }
    return R"("op":"advance")";
  }

  std::string Treat(std::uint64_t choice) {
    const std::string order = Order();
    if (choice < 58) {
      return fmt::format(R"("op":"accept",{}{})", order, Below(2) == 0 ? "" : fmt::format(R"(,"qty":{})", Qty()));
    }
    if (choice < 76) {
      return fmt::format(R"("op":"{}",{})", OneOf({"decline", "pay", "pay", "pay", "cancel", "pick_up"}), order);
    }
    return fmt::format(R"("op":"refund",{},"restock":{})", order, OneOf({"true", "false"}));
  }

  std::string Put() {
    const std::uint64_t product = 1 + Below(kProducts);
    // A product belongs to one member, and sometimes another tries.
    std::string put =
        fmt::format(R"("op":"put_product","product":{},"member":{})", product, product % 3 + (Below(20) == 0 ? 2 : 1));
    const auto maybe = [&](std::string_view name, auto value) {
      if (Below(3) == 0) put += fmt::format(R"(,"{}":{})", name, value);
    };
    maybe("stock", Below(8));
    maybe("status", OneOf({R"("live")", R"("live")", R"("draft")"}));
    maybe("acceptance_window_ms", Below(30));
    maybe("payment_window_ms", Below(30));
    maybe("checkout_hold_ms", Below(2) == 0 ? 0 : Below(20));
    maybe("overflow", OneOf({R"("ask_member")", R"("ask_member")", R"("reject")"}));
    maybe("pending_limit", Below(3) != 0 ? 0 : Below(6));
    maybe("order_limit", Below(3) != 0 ? 0 : Below(6));
    maybe("customer_limit", Below(3) != 0 ? 0 : Below(10));
    maybe("draw_on_accept", OneOf({"true", "false"}));
    maybe("fill_on_restock", OneOf({R"("fifo")", R"("fifo")", R"("off")"}));
    maybe("late_payment", OneOf({R"("refund")", R"("rereserve")"}));
    return put;
  }

  std::string Cart() {
    std::string lines;
    const std::uint64_t count = Below(20) == 0 ? 0 : 1 + Below(5);
    for (std::uint64_t i = 0; i < count; ++i) lines += fmt::format("{}{{{}}}", i == 0 ? "" : ",", Placed());
    const std::uint64_t customer = Customer();
    return fmt::format(R"("op":"place_cart","cart":"c","customer":{},"mode":"{}","lines":[{}])", customer,
                       OneOf({"split", "all_or_nothing"}), lines);
  }

  std::string Placed() {
    const std::string order = Order(), product = Product();
    return fmt::format(R"({},{},"qty":{})", order, product, Qty());
  }
  std::string Order() {
    const std::string_view word = OneOf({"order-", "o"});
    return fmt::format(R"("order":"{}{}")", word, Below(12));
  }
  std::string Product() { return fmt::format(R"("product":{})", Below(kProducts + 1)); }
  std::uint64_t Customer() { return Below(30) == 0 ? 0 : 1 + Below(4); }
  std::uint64_t Qty() { return Below(30) == 0 ? 0 : 1 + Below(4); }

  static constexpr std::uint64_t kProducts = 12;

  std::mt19937_64 random_;
  std::int64_t at_ = 1000;
};

}  // namespace

std::string RandomLog(std::uint64_t seed, int lines) {
  Writer writer(seed);
  std::string log;
  for (int i = 0; i < lines; ++i) log += writer.Line();
  return log;
}

}  // namespace flexstock::replay
