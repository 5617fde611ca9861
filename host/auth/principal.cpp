#include "auth/principal.hpp"

namespace parley::auth {

const char* to_string(Role role) {
    switch (role) {
        case Role::user:
            return "user";
        case Role::operator_:
            return "operator";
        case Role::admin:
            return "admin";
    }
    return "user";
}

std::optional<Role> role_from(std::string_view text) {
    for (const Role role : {Role::user, Role::operator_, Role::admin})
        if (text == to_string(role)) return role;
    return std::nullopt;
}

const char* to_string(Principal::Kind kind) {
    switch (kind) {
        case Principal::Kind::person:
            return "person";
        case Principal::Kind::api_key:
            return "api_key";
        case Principal::Kind::local:
            break;
    }
    return "local";
}

}  // namespace parley::auth
