#include "tests/replay/model_replay.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include "tests/model/model.h"
#include "tests/replay/replayed.h"
#include "tools/replay/command_parser.h"
#include "tools/replay/json_lines.h"

namespace flexstock::replay {

namespace {

// One command after the other. A name is known for ever: the model knows itself which orders it remembers.
class Runner {
 public:
  explicit Runner(const ReplayOptions& options) : model_(options.policy, options.retention_ms) {}

  void Run(std::uint64_t line, const Command& command) {
    line_ = line;
    now_ms_ = std::max(now_ms_, command.at_ms);
    (void)model_.Advance(now_ms_);
    std::visit([this](const auto& action) { Do(action); }, command.action);
  }

  ModelReplay End() {
    ModelReplay replay;
    results_->Close();
    replay.results = results_text_;
    for (const Event& event : model_.TakeEvents()) {
      const auto name = names_.find(event.key);
      const auto output = Output::ToString(&replay.events[event.product]);
      WriteEvent(event, name == names_.end() ? std::string() : name->second, output.get());
    }
    const auto state = Output::ToString(&replay.state);
    for (const ProductId product : products_) {
      ProductView view;
      if (model_.Find(product, &view, now_ms_) == Code::kOk) WriteState(view, state.get());
    }
    for (const auto& [name, key] : keys_) {
      OrderView view;
      if (model_.Find(key, &view, now_ms_) == Code::kOk) WriteState(view, name, state.get());
    }
    state->Close();
    return replay;
  }

 private:
  void Do(const Advance&) { Answer(CommandResult{}); }
  void Do(const Place& place) {
    Answer(model_.Place(
        PlaceOrder{.product = place.product, .customer = place.customer, .qty = place.qty, .key = KeyOf(place.order)},
        now_ms_));
  }
  void Do(const Cart& cart) {
    std::vector<CartLine> lines;
    for (const Cart::Line& line : cart.lines) {
      lines.push_back({.product = line.product, .qty = line.qty, .key = KeyOf(line.order)});
    }
    std::vector<PlaceResult> placed(lines.size());
    const CartResult result =
        model_.Place(PlaceCart{.customer = cart.customer, .mode = cart.mode, .lines = lines}, placed, now_ms_);
    WriteResult(line_, cart.mode, result, placed, results_.get());
  }
  void Do(const Accept& accept) {
    const OrderId order = OrderOf(accept.order);
    Answer(accept.qty.has_value() ? model_.AcceptPart(order, *accept.qty, now_ms_) : model_.Accept(order, now_ms_));
  }
  void Do(const Decline& decline) { Answer(model_.Decline(OrderOf(decline.order), now_ms_)); }
  void Do(const Pay& pay) { Answer(model_.Pay(OrderOf(pay.order), now_ms_)); }
  void Do(const Cancel& cancel) { Answer(model_.Cancel(OrderOf(cancel.order), now_ms_)); }
  void Do(const Refund& refund) { Answer(model_.Refund(OrderOf(refund.order), refund.restock, now_ms_)); }
  void Do(const PickUp& pick_up) { Answer(model_.PickUp(OrderOf(pick_up.order), now_ms_)); }
  void Do(const PutProduct& put) {
    products_.insert(put.product);
    Answer(model_.Put(put, now_ms_));
  }
  void Do(const SetStock& set) { Answer(model_.Set(set, now_ms_)); }
  void Do(const AdjustStock& adjust) { Answer(model_.Adjust(adjust, now_ms_)); }
  void Do(const Publish& publish) { Answer(model_.Publish(publish.product, now_ms_)); }
  void Do(const Unpublish& unpublish) { Answer(model_.Unpublish(unpublish.product, now_ms_)); }

  template <typename Result>
  void Answer(const Result& result) {
    WriteResult(line_, result, results_.get());
  }

  OrderKey KeyOf(std::string_view name) {
    const auto [known, is_new] = keys_.try_emplace(std::string(name), OrderKey{.hi = 7, .lo = keys_.size() + 1});
    if (is_new) names_.emplace(known->second, known->first);
    return known->second;
  }
  OrderId OrderOf(std::string_view name) {
    OrderView view;
    return model_.Find(KeyOf(name), &view, now_ms_) == Code::kOk ? view.order : kNoOrder;
  }

  model::Model model_;
  std::map<std::string, OrderKey> keys_;
  std::map<OrderKey, std::string> names_;
  std::set<ProductId> products_;
  std::string results_text_;
  std::unique_ptr<Output> results_ = Output::ToString(&results_text_);
  Millis now_ms_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace

ModelReplay ReplayByModel(std::string_view log, const ReplayOptions& options) {
  Runner runner(options);
  LogReader reader(ReadText(log, log.size() + 1));
  CommandParser parser;
  Command command;
  while (reader.Next() == LogReader::Step::kLine) {
    if (!parser.Parse(reader.text(), &command)) {
      std::fprintf(stderr, "line %llu: %s\n", static_cast<unsigned long long>(reader.number()),
                   parser.problem().c_str());
      std::abort();
    }
    runner.Run(reader.number(), command);
  }
  return runner.End();
}

std::map<ProductId, std::string> EventsByProduct(std::string_view events) {
  constexpr std::string_view kKey = "\"product\":";
  std::map<ProductId, std::string> by_product;
  while (!events.empty()) {
    const std::string_view line = events.substr(0, events.find('\n') + 1);
    events.remove_prefix(line.size());
    std::int64_t product = 0;
    std::from_chars(line.data() + line.find(kKey) + kKey.size(), line.data() + line.size(), product);
    by_product[ProductId{product}].append(line);
  }
  return by_product;
}

}  // namespace flexstock::replay
