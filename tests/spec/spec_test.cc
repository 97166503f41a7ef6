#include "tests/spec/spec_test.h"

namespace flexstock::spec {

std::string WhoName(Who who) {
  switch (who) {
    case Who::kModel:
      return "Model";
    case Who::kEngineOfOneShard:
      return "EngineOfOneShard";
    case Who::kEngineOfSevenShards:
      return "EngineOfSevenShards";
  }
  return "";
}

std::string Answer(const CommandResult& result) {
  if (result.duplicate) return result.ok() ? "duplicate" : "a duplicate that is not ok";
  return std::string(result.ok() ? Name(result.state) : Name(result.code));
}

std::string Answer(const PlaceResult& result) {
  if (!result.ok() && (result.order != kNoOrder || result.state != OrderState::kNone || result.deadline_ms != 0)) {
    return "a refusal that names an order";
  }
  return Answer(CommandResult{.code = result.code, .duplicate = result.duplicate, .state = result.state});
}

void SpecTest::Open(const Policy& policy, Millis retention_ms) {
  if (GetParam() == Who::kModel) {
    shop_ = std::make_unique<model::Model>(policy, retention_ms);
    return;
  }
  shop_ = std::make_unique<model::EngineDecider>(model::EngineDecider::Setup{
      .shards = GetParam() == Who::kEngineOfOneShard ? 1u : 7u, .policy = policy, .retention_ms = retention_ms});
}

void SpecTest::Put(Units stock, const PolicyChange& policy, ProductId product, ProductStatus status) {
  const PutProduct put{.product = product, .member = kMember, .stock = stock, .status = status, .policy = policy};
  ASSERT_EQ(shop().Put(put, now).code, Code::kOk);
}

void SpecTest::SetStock(Units stock, ProductId product) {
  ASSERT_EQ(shop().Set({.product = product, .stock = stock, .expect = {}}, now).code, Code::kOk);
}

OrderId SpecTest::Placed(const PlaceOrder& order) {
  const PlaceResult result = Place(order);
  EXPECT_EQ(result.code, Code::kOk) << Name(result.code);
  EXPECT_NE(result.order, kNoOrder);
  return result.order;
}

ProductView SpecTest::Product(ProductId product) {
  ProductView view;
  EXPECT_EQ(shop().Find(product, &view, now), Code::kOk);
  EXPECT_EQ(view.supplied, view.available + view.held + view.sold + view.written_off);
  return view;
}

OrderView SpecTest::Order(OrderId order) {
  OrderView view;
  EXPECT_EQ(shop().Find(order, &view, now), Code::kOk);
  return view;
}

OrderState SpecTest::State(OrderId order) {
  OrderView view;
  return shop().Find(order, &view, now) == Code::kOk ? view.state : OrderState::kNone;
}

Lines SpecTest::Told() {
  Lines lines;
  for (const Event& event : shop().TakeEvents()) {
    std::string line(Name(event.type));
    if (event.type == EventType::kProductMode) line += " " + std::string(Name(event.mode));
    line += " at " + std::to_string(event.at_ms);
    if (event.type != EventType::kProductMode) line += " qty " + std::to_string(event.qty);
    if (event.deadline_ms != 0) line += " until " + std::to_string(event.deadline_ms);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace flexstock::spec
