// A move-only std::function, for callbacks that own things that cannot be copied (a Responder, a socket).
// GCC 12 has no std::move_only_function yet. Calling an empty one is a programming error.
#pragma once

#include <cassert>
#include <memory>
#include <type_traits>
#include <utility>

namespace parley {

template <class Signature>
class UniqueFunction;

template <class R, class... Args>
class UniqueFunction<R(Args...)> {
public:
    UniqueFunction() = default;
    UniqueFunction(std::nullptr_t) {}

    template <class F>
    requires(!std::is_same_v<std::decay_t<F>, UniqueFunction> && std::is_invocable_r_v<R, std::decay_t<F>&, Args...>)
        UniqueFunction(F&& function)
        : target_(std::make_unique<Target<std::decay_t<F>>>(std::forward<F>(function))) {}

    R operator()(Args... args) {
        assert(target_);
        return target_->call(std::forward<Args>(args)...);
    }

    explicit operator bool() const { return target_ != nullptr; }

private:
    struct Callable {
        virtual ~Callable() = default;
        virtual R call(Args... args) = 0;
    };

    template <class F>
    struct Target final : Callable {
        template <class G>
        explicit Target(G&& g) : function(std::forward<G>(g)) {}
        R call(Args... args) override { return function(std::forward<Args>(args)...); }
        F function;
    };

    std::unique_ptr<Callable> target_;
};

}  // namespace parley
