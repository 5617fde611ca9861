#include <catch2/catch.hpp>

#include "net/form.hpp"

using namespace parley::net;

TEST_CASE("forms survive encoding and decoding") {
    FormFields fields{
        {"Body", "a b&c=d+e%"}, {"", "empty name"}, {"n\xc3\xa4me", std::string("\0\r\n", 3)}, {"To", ""}};
    auto text = form_encode(fields);
    CHECK(text == "Body=a+b%26c%3Dd%2Be%25&=empty+name&n%C3%A4me=%00%0D%0A&To=");
    CHECK(form_decode(text).value() == fields);
}

TEST_CASE("decoding is strict about percent signs and lenient about ampersands") {
    for (const auto* text : {"a=%", "a=%4", "a=%4g", "%=1", "a=1&b=%%20"}) CHECK_FALSE(form_decode(text).has_value());
    CHECK(form_decode("").value().empty());
    CHECK(form_decode("&&a=1&&").value() == FormFields{{"a", "1"}});
    CHECK(form_decode("a=b=c").value() == FormFields{{"a", "b=c"}});
    CHECK(form_decode("%61=%2b%2B").value() == FormFields{{"a", "++"}});
}

TEST_CASE("percent-encoding is safe for a path segment") {
    CHECK(percent_encode("a/b?c#d e.-_~") == "a%2Fb%3Fc%23d%20e.-_~");
    CHECK(percent_decode("a+b%2F") == "a+b/");
    CHECK_FALSE(percent_decode("%2"));
}
