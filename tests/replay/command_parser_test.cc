#include "tools/replay/command_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "tools/replay/command_fields.h"
#include "tools/replay/log_reader.h"

namespace flexstock::replay {
namespace {

class CommandParserTest : public testing::Test {
 protected:
  // "" if the line is a command (then it is in command_), else what is wrong.
  std::string Problem(std::string_view line) {
    line_.assign(line);
    line_.resize(line.size() + kLinePadding, '9');  // what follows a line must not be taken for a part of it
    return parser_.Parse({line_.data(), line.size()}, &command_) ? "" : parser_.problem();
  }

  std::string line_;
  CommandParser parser_;
  Command command_;
};

TEST_F(CommandParserTest, ReadsEveryOperation) {
  ASSERT_EQ(Problem(R"({"at":9,"op":"advance"})"), "");
  EXPECT_EQ(command_.at_ms, 9);
  EXPECT_TRUE(std::holds_alternative<Advance>(command_.action));

  ASSERT_EQ(Problem(R"({"op":"place","qty":-3,"customer":9,"product":1,"order":"a1","at":5})"), "");
  const Place& place = std::get<Place>(command_.action);
  EXPECT_EQ(place.order, "a1");
  EXPECT_EQ(place.product, ProductId{1});
  EXPECT_EQ(place.customer, CustomerId{9});
  EXPECT_EQ(place.qty, -3);

  ASSERT_EQ(Problem(R"({"at":6,"op":"place_cart","cart":"c","customer":9,"mode":"all_or_nothing","lines":[)"
                    R"({"order":"c/1","product":1,"qty":1},{"qty":2,"product":2,"order":"c/2"}]})"),
            "");
  const Cart& cart = std::get<Cart>(command_.action);
  EXPECT_EQ(cart.customer, CustomerId{9});
  EXPECT_EQ(cart.mode, CartMode::kAllOrNothing);
  ASSERT_EQ(cart.lines.size(), 2u);
  EXPECT_EQ(cart.lines[1].order, "c/2");
  EXPECT_EQ(cart.lines[1].product, ProductId{2});
  EXPECT_EQ(cart.lines[1].qty, 2);

  ASSERT_EQ(Problem(R"({"at":7,"op":"accept","order":"a2","qty":2})"), "");
  EXPECT_EQ(std::get<Accept>(command_.action).qty, 2);
  ASSERT_EQ(Problem(R"({"at":7,"op":"accept","order":"a2"})"), "");
  EXPECT_EQ(std::get<Accept>(command_.action).qty, std::nullopt);
  ASSERT_EQ(Problem(R"({"at":7,"op":"decline","order":"a2"})"), "");
  EXPECT_EQ(std::get<Decline>(command_.action).order, "a2");
  ASSERT_EQ(Problem(R"({"at":7,"op":"pay","order":"a2"})"), "");
  EXPECT_EQ(std::get<Pay>(command_.action).order, "a2");
  ASSERT_EQ(Problem(R"({"at":7,"op":"cancel","order":"a2"})"), "");
  EXPECT_EQ(std::get<Cancel>(command_.action).order, "a2");
  ASSERT_EQ(Problem(R"({"at":7,"op":"refund","order":"a2","restock":true})"), "");
  EXPECT_EQ(std::get<Refund>(command_.action).order, "a2");
  EXPECT_TRUE(std::get<Refund>(command_.action).restock);
  ASSERT_EQ(Problem(R"({"at":7,"op":"pick_up","order":"a2"})"), "");
  EXPECT_EQ(std::get<PickUp>(command_.action).order, "a2");

  ASSERT_EQ(Problem(R"({"at":9,"op":"set_stock","product":1,"stock":10,"expect":2})"), "");
  EXPECT_EQ(std::get<SetStock>(command_.action).stock, 10);
  EXPECT_EQ(std::get<SetStock>(command_.action).expect, 2);
  ASSERT_EQ(Problem(R"({"at":9,"op":"set_stock","product":1,"stock":10})"), "");
  EXPECT_EQ(std::get<SetStock>(command_.action).expect, std::nullopt);
  ASSERT_EQ(Problem(R"({"at":9,"op":"adjust_stock","product":1,"by":-1})"), "");
  EXPECT_EQ(std::get<AdjustStock>(command_.action).by, -1);
  ASSERT_EQ(Problem(R"({"at":9,"op":"publish","product":1})"), "");
  EXPECT_EQ(std::get<Publish>(command_.action).product, ProductId{1});
  ASSERT_EQ(Problem(R"({"at":9,"op":"unpublish","product":1})"), "");
  EXPECT_EQ(std::get<Unpublish>(command_.action).product, ProductId{1});
}

TEST_F(CommandParserTest, ReadsAProductWithAllItsPolicy) {
  ASSERT_EQ(Problem(R"({"at":0,"op":"put_product","product":1,"member":7,"stock":5,"status":"draft",)"
                    R"("acceptance_window_ms":1,"payment_window_ms":2,"checkout_hold_ms":3,"overflow":"reject",)"
                    R"("pending_limit":4,"order_limit":5,"customer_limit":6,"draw_on_accept":false,)"
                    R"("fill_on_restock":"fifo","late_payment":"rereserve"})"),
            "");
  const PutProduct& put = std::get<PutProduct>(command_.action);
  EXPECT_EQ(put.member, MemberId{7});
  EXPECT_EQ(put.stock, 5);
  EXPECT_EQ(put.status, ProductStatus::kDraft);
  const Policy policy{.acceptance_window_ms = 1,
                      .payment_window_ms = 2,
                      .checkout_hold_ms = 3,
                      .pending_limit = 4,
                      .order_limit = 5,
                      .customer_limit = 6,
                      .overflow = Overflow::kReject,
                      .fill_on_restock = FillOnRestock::kFifo,
                      .late_payment = LatePayment::kRereserve,
                      .draw_on_accept = false};
  EXPECT_EQ(Apply({}, put.policy), policy);

  // Nothing is left over from the line before.
  ASSERT_EQ(Problem(R"({"at":0,"op":"put_product","product":1,"member":7})"), "");
  const PutProduct& plain = std::get<PutProduct>(command_.action);
  EXPECT_EQ(plain.stock, std::nullopt);
  EXPECT_EQ(plain.status, std::nullopt);
  EXPECT_EQ(Apply({}, plain.policy), Policy{});
}

TEST_F(CommandParserTest, EveryWordOfItsTablesIsFound) {
  for (std::size_t i = 0; i < kFields; ++i) EXPECT_EQ(kFieldTable.Find(kFieldNames[i]), i);
  for (std::size_t i = 0; i < kOpNames.size(); ++i) EXPECT_EQ(kOpTable.Find(kOpNames[i]), i);
  EXPECT_EQ(kFieldTable.Find(""), kFields);
  EXPECT_EQ(kFieldTable.Find("at "), kFields);
  EXPECT_EQ(kOpTable.Find("placed"), kOpNames.size());
}

TEST_F(CommandParserTest, NamesHaveOneTo64BytesAfterUnescaping) {
  const auto pay = [](std::string_view name) { return R"({"at":1,"op":"pay","order":")" + std::string(name) + "\"}"; };
  EXPECT_EQ(Problem(pay("")), R"("order" is the string ""; expected a string of 1 to 64 bytes)");
  EXPECT_EQ(Problem(pay("x")), "");
  EXPECT_EQ(Problem(pay(std::string(64, 'x'))), "");
  EXPECT_NE(Problem(pay(std::string(65, 'x'))), "");
  std::string escaped;
  for (int i = 0; i < 32; ++i) escaped += R"(\u00e9)";  // two bytes each
  EXPECT_EQ(Problem(pay(escaped)), "");
  EXPECT_NE(Problem(pay(escaped + "x")), "");
}

struct Bad {
  const char* line;
  const char* problem;
};

TEST_F(CommandParserTest, SaysWhatIsWrongAndWhatWasExpected) {
  const Bad bad_lines[] = {
      // Not JSON, not an object.
      {"", "a blank line; expected one JSON object a line"},
      {" \t\r", "a blank line; expected one JSON object a line"},
      {"[]", "an array; expected one JSON object a line"},
      {"null", "null; expected one JSON object a line"},
      {"{}",
       "the key \"op\" is missing; expected advance, place, place_cart, accept, decline, pay, cancel, refund, pick_up, "
       "put_product, set_stock, adjust_stock, publish, unpublish"},
      {"{\"at\":1,\"op\":\"pay\",\"order\":\"\xff\"}", "invalid UTF-8; expected JSON in UTF-8"},
      {"{\"at\":1,\"op\":\"pay\",\"order\":\"\xc0\xaf\"}", "invalid UTF-8; expected JSON in UTF-8"},
      {"{\"at\":1,\"op\":\"pay\",\"order\":\"\xed\xa0\x80\"}", "invalid UTF-8; expected JSON in UTF-8"},
      // Keys.
      {R"({"at":1,"op":"advance","at":1})", R"(the key "at" is repeated; expected once)"},
      {R"({"at":1,"op":"advance","\u0061t":1})", R"(the key "at" is repeated; expected once)"},
      {R"({"at":1,"op":"pay","order":"a","order":"a"})", R"(the key "order" is repeated; expected once)"},
      {R"({"at":1,"op":"advance","speed":1})", R"(advance takes no key "speed"; expected at, op)"},
      {R"({"at":1,"op":"pay","order":"a","qty":1})", R"(pay takes no key "qty"; expected at, op, order)"},
      {R"({"at":1,"op":"advance","At":1})", R"(advance takes no key "At"; expected at, op)"},
      {R"({"op":"advance"})", "advance lacks at; expected at, op"},
      {R"({"at":1,"op":"place","product":1,"customer":9})",
       "place lacks order, qty; expected at, op, order, product, customer, qty"},
      {R"({"at":1,"op":"accept"})", "accept lacks order; expected at, op, order and, if need be, qty"},
      // Operations.
      {R"({"at":1,"op":"fly"})",
       R"(no op "fly"; expected one of advance, place, place_cart, accept, decline, pay, cancel, refund, pick_up, )"
       "put_product, set_stock, adjust_stock, publish, unpublish"},
      {R"({"at":1,"op":7})",
       R"("op" is the number 7; expected one of advance, place, place_cart, accept, decline, pay, cancel, refund, pick_up, )"
       "put_product, set_stock, adjust_stock, publish, unpublish"},
      // Numbers.
      {R"({"at":1.0,"op":"advance"})",
       R"("at" is a number with a fraction or an exponent; expected a signed 64-bit integer)"},
      {R"({"at":1e3,"op":"advance"})",
       R"("at" is a number with a fraction or an exponent; expected a signed 64-bit integer)"},
      {R"({"at":9223372036854775808,"op":"advance"})",
       R"("at" is 9223372036854775808, which is above 2^63-1; expected a signed 64-bit integer)"},
      {R"({"at":18446744073709551616,"op":"advance"})",
       "a malformed number, or one beyond 64 bits; expected signed 64-bit integers"},
      {R"({"at":-9223372036854775809,"op":"advance"})",
       "a malformed number, or one beyond 64 bits; expected signed 64-bit integers"},
      {R"({"at":01,"op":"advance"})", "a malformed number, or one beyond 64 bits; expected signed 64-bit integers"},
      {R"({"at":"1","op":"advance"})", R"("at" is the string "1"; expected a signed 64-bit integer)"},
      {R"({"at":null,"op":"advance"})", R"("at" is null; expected a signed 64-bit integer)"},
      {R"({"at":true,"op":"advance"})", R"("at" is true; expected a signed 64-bit integer)"},
      {R"({"at":1,"op":"accept","order":"a","qty":null})", R"("qty" is null; expected a signed 64-bit integer)"},
      // Names, words, truths.
      {R"({"at":1,"op":"pay","order":0})", R"("order" is the number 0; expected a string of 1 to 64 bytes)"},
      {R"({"at":1,"op":"pay","order":"\ud800\u0041"})", nullptr},
      {R"({"at":1,"op":"pay","order":"\udc00"})", nullptr},
      {R"({"at":1,"op":"refund","order":"a","restock":1})", R"("restock" is the number 1; expected true or false)"},
      {R"({"at":1,"op":"refund","order":"a","restock":"true"})",
       R"("restock" is the string "true"; expected true or false)"},
      {R"({"at":1,"op":"put_product","product":1,"member":7,"overflow":"ask"})",
       R"("overflow" is the string "ask"; expected ask_member or reject)"},
      {R"({"at":1,"op":"put_product","product":1,"member":7,"status":"Live"})",
       R"("status" is the string "Live"; expected live or draft)"},
      {R"({"at":1,"op":"put_product","product":1,"member":7,"fill_on_restock":false})",
       R"("fill_on_restock" is false; expected off or fifo)"},
      {R"({"at":1,"op":"put_product","product":1,"member":7,"late_payment":"never"})",
       R"("late_payment" is the string "never"; expected refund or rereserve)"},
      {R"({"at":1,"op":"put_product","product":1,"member":7,"draw_on_accept":0})",
       R"("draw_on_accept" is the number 0; expected true or false)"},
      // Carts.
      {R"({"at":1,"op":"place_cart","cart":"","customer":9,"mode":"split","lines":[]})",
       R"("cart" is the string ""; expected a string of 1 to 64 bytes)"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"some","lines":[]})",
       R"("mode" is the string "some"; expected split or all_or_nothing)"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":{}})",
       R"("lines" is an object; expected an array of lines)"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":[7]})",
       "in line 1 of the cart: the number 7; expected an object of order, product, qty"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":[)"
       R"({"order":"a","product":1,"qty":1},{"order":"b","product":1,"qty":1,"at":1}]})",
       R"(in line 2 of the cart: a line takes no key "at"; expected order, product, qty)"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":[{"order":"a","product":1}]})",
       "in line 1 of the cart: a line lacks qty; expected order, product, qty"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":[{"order":"a","product":1,"qty":1.5}]})",
       R"(in line 1 of the cart: "qty" is a number with a fraction or an exponent; expected a signed 64-bit integer)"},
      {R"({"at":1,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":[)"
       R"({"order":"a","product":1,"qty":1,"qty":1}]})",
       R"(in line 1 of the cart: the key "qty" is repeated; expected once)"},
  };
  for (const Bad& bad : bad_lines) {
    const std::string problem = Problem(bad.line);
    if (bad.problem != nullptr) {
      EXPECT_EQ(problem, bad.problem) << bad.line;
    } else {
      EXPECT_NE(problem, "") << bad.line;
    }
  }
}

TEST_F(CommandParserTest, NoLineThatIsCutAnywhereIsACommand) {
  const std::string line =
      R"({"at":6,"op":"place_cart","cart":"c","customer":9,"mode":"split","lines":[{"order":"c/1","product":1,"qty":12}]})";
  for (std::size_t size = 0; size < line.size(); ++size) EXPECT_NE(Problem(line.substr(0, size)), "") << size;
  EXPECT_EQ(Problem(line), "");
  EXPECT_EQ(Problem(line + " "), "");
  for (const char* behind : {"{}", ",", "}", "0", line.c_str()}) EXPECT_NE(Problem(line + behind), "") << behind;
}

TEST_F(CommandParserTest, MessagesShowLittleOfALongLine) {
  const std::string problem = Problem(R"({"at":1,"op":"pay","order":")" + std::string(10 << 20, 'x') + "\"}");
  EXPECT_EQ(problem,
            R"("order" is the string ")" + std::string(40, 'x') + R"(..."; expected a string of 1 to 64 bytes)");
  EXPECT_EQ(Problem(R"({"at":1,"op":"pay","order":"a"})"), "");
}

}  // namespace
}  // namespace flexstock::replay
