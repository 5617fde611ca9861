// Lets Catch2 print a Result: CHECK(result) then shows the error's words. Include it after catch.hpp.
#pragma once

#include <boost/system/result.hpp>
#include <catch2/catch.hpp>
#include <string>

#include "core/error.hpp"

namespace Catch {

template <class T, class E>
struct StringMaker<boost::system::result<T, E>> {
    static std::string convert(const boost::system::result<T, E>& result) {
        if (result) return "(a value)";
        if constexpr (std::is_same_v<E, parley::Error>)
            return "error: " + result.error().message;
        else
            return "(an error)";
    }
};

}  // namespace Catch
