#include "tools/replay/json_lines.h"

namespace flexstock::replay {

namespace {

template <typename Id>
std::int64_t Number(Id id) {
  return static_cast<std::int64_t>(id);
}

Output& Begin(std::uint64_t line, std::string_view result, bool duplicate, Output* output) {
  *output << R"({"line":)" << static_cast<std::int64_t>(line) << R"(,"result":")" << result << "\"";
  if (duplicate) *output << R"(,"duplicate":true)";
  return *output;
}

std::string_view Answer(const PlaceResult& result) { return result.ok() ? Name(result.state) : Name(result.code); }

std::string_view Answer(CartMode mode, const CartResult& result) {
  if (result.code == Code::kCartRefused) return "refused";
  if (!result.ok()) return Name(result.code);
  return mode == CartMode::kSplit ? "split" : "taken";
}

}  // namespace

void WriteResult(std::uint64_t line, const PlaceResult& result, Output* output) {
  Begin(line, Answer(result), result.duplicate, output) << "}\n";
}

void WriteResult(std::uint64_t line, const CommandResult& result, Output* output) {
  Begin(line, Name(result.code), result.duplicate, output);
  if (result.code == Code::kWrongState) *output << R"(,"state":")" << Name(result.state) << "\"";
  *output << "}\n";
}

void WriteResult(std::uint64_t line, CartMode mode, const CartResult& result, std::span<const PlaceResult> lines,
                 Output* output) {
  Begin(line, Answer(mode, result), result.duplicate, output);
  if (result.ok() || result.code == Code::kCartRefused) {
    *output << R"(,"lines":)";
    std::string_view before = "[\"";
    for (const PlaceResult& placed : lines) {
      *output << before << Answer(placed);
      before = "\",\"";
    }
    *output << "\"]";
  }
  *output << "}\n";
}

void WriteEvent(const Event& event, std::string_view order, Output* output) {
  *output << R"({"at":)" << event.at_ms << R"(,"event":")" << Name(event.type);
  if (event.type == EventType::kProductMode) {
    *output << R"(","product":)" << Number(event.product) << R"(,"member":)" << Number(event.member) << R"(,"mode":")"
            << Name(event.mode) << "\"}\n";
    return;
  }
  *output << R"(","order":)";
  output->Quoted(order) << R"(,"product":)" << Number(event.product) << R"(,"member":)" << Number(event.member)
                        << R"(,"customer":)" << Number(event.customer) << R"(,"qty":)" << event.qty;
  if (event.type == EventType::kAcceptanceRequested || event.type == EventType::kPaymentRequested) {
    *output << R"(,"deadline":)" << event.deadline_ms;
  }
  *output << "}\n";
}

void WriteState(const ProductView& product, Output* output) {
  *output << R"({"product":)" << Number(product.product) << R"(,"member":)" << Number(product.member) << R"(,"mode":")"
          << Name(product.mode) << R"(","available":)" << product.available << R"(,"held":)" << product.held
          << R"(,"sold":)" << product.sold << R"(,"written_off":)" << product.written_off << R"(,"supplied":)"
          << product.supplied << R"(,"pending":)" << product.pending << "}\n";
}

void WriteState(const OrderView& view, std::string_view order, Output* output) {
  *output << R"({"order":)";
  output->Quoted(order) << R"(,"product":)" << Number(view.product) << R"(,"customer":)" << Number(view.customer)
                        << R"(,"qty":)" << view.qty << R"(,"accepted":)" << view.accepted << R"(,"taken":)"
                        << view.taken << R"(,"state":")" << Name(view.state) << "\"";
  if (view.state == OrderState::kAwaitingAcceptance || view.state == OrderState::kAwaitingPayment) {
    *output << R"(,"deadline":)" << view.deadline_ms;
  }
  *output << "}\n";
}

}  // namespace flexstock::replay
