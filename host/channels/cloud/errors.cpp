#include "channels/cloud/errors.hpp"

#include <algorithm>

namespace parley::channels {

namespace {

using enum SendError::Class;

constexpr bool kAlarm = true, kQuiet = false, kOptedOut = true;
constexpr int kMinutes = 60'000;

constexpr CloudErrorRow kErrors[] = {
    // The token, see token.hpp: here nothing is left to try.
    {0, 0, halted, kAlarm, 0, 0, "the access token is refused: give the account a new one"},
    {190, 190, halted, kAlarm, 0, 0, "the access token is refused: give the account a new one"},
    {102, 102, halted, kAlarm, 0, 0, "the access token is refused: give the account a new one"},

    // Passing.
    {1, 1, transient, kQuiet, 0, 3, "an unknown error of Meta's, perhaps an outage"},
    {2, 2, transient, kQuiet, 0, 0, "Meta's service is away for a moment"},
    {131000, 131000, transient, kQuiet, 0, 0, "something went wrong at Meta"},
    {131016, 131016, transient, kQuiet, 0, 0, "Meta's service is overloaded or away"},
    {131057, 131057, transient, kQuiet, 10'000, 0, "the number is in maintenance (an upgrade takes about a minute)"},
    {133004, 133004, transient, kQuiet, 0, 0, "Meta's server is away for a moment"},

    // Too fast.
    {4, 4, throttled, kQuiet, 2 * kMinutes, 0, "the app has made too many calls"},
    {80007, 80007, throttled, kQuiet, 2 * kMinutes, 0, "the WhatsApp Business account has made too many calls"},
    {130429, 130429, throttled, kQuiet, 1'000, 0, "the number's throughput is used up"},
    {131056, 131056, crowded, kQuiet, 0, 0, "too many messages to this person in a short time"},
    {131048, 131048, permanent, kAlarm, 0, 0,
     "Meta limits this number because people blocked or reported it: stop campaigns and look at its quality rating"},

    // Permissions.
    {3, 3, permanent, kAlarm, 0, 0, "the app may not do this: check its permissions"},
    {10, 10, permanent, kAlarm, 0, 0, "the token lacks a permission (whatsapp_business_messaging)"},
    {200, 299, permanent, kAlarm, 0, 0, "the token lacks a permission (whatsapp_business_messaging)"},
    {131005, 131005, permanent, kAlarm, 0, 0, "access is denied: check the permissions of the token"},

    // The message itself.
    {33, 33, permanent, kAlarm, 0, 0, "the phone number id does not exist or this token may not use it"},
    {100, 100, permanent, kQuiet, 0, 0, "a parameter is wrong"},
    {131008, 131008, permanent, kQuiet, 0, 0, "a parameter is missing"},
    {131009, 131009, permanent, kQuiet, 0, 0, "the value of a parameter is not allowed"},
    {131051, 131051, permanent, kQuiet, 0, 0, "this type of message is not supported"},
    {131052, 131052, permanent, kQuiet, 0, 0, "the person's file could not be fetched"},
    {131053, 131053, permanent, kQuiet, 0, 0, "Meta cannot use the file: check its type and size"},
    {131062, 131062, permanent, kQuiet, 0, 0, "authentication templates need a phone number, a user id is not enough"},
    {135000, 135000, permanent, kQuiet, 0, 0, "a parameter is wrong"},

    // Templates.
    {132000, 132000, permanent, kQuiet, 0, 0, "the number of parameters is not that of the template"},
    {132001, 132001, permanent, kQuiet, 0, 0,
     "there is no approved template of that name in that language: look at the list of templates"},
    {132005, 132005, permanent, kQuiet, 0, 0, "the template's text becomes too long with these parameters"},
    {132007, 132007, permanent, kQuiet, 0, 0, "the template's content breaks WhatsApp's policy"},
    {132012, 132012, permanent, kQuiet, 0, 0, "the parameters do not have the form that the template wants"},
    {132015, 132015, permanent, kAlarm, 0, 0, "the template is paused for its low quality: edit it or use another"},
    {132016, 132016, permanent, kAlarm, 0, 0, "the template is disabled for good for its low quality: use another"},
    {132068, 132069, permanent, kQuiet, 0, 0, "the flow is blocked or throttled: look at it in WhatsApp Manager"},

    // The recipient.
    {131026, 131026, permanent, kQuiet, 0, 0,
     "cannot be delivered: the number has no WhatsApp, an old one, or has not accepted its terms"},
    {131047, 131047, permanent, kQuiet, 0, 0,
     "more than 24 hours have passed since this person last wrote: only a template message is let through"},
    {131049, 131049, permanent, kQuiet, 0, 0,
     "Meta keeps this person from more marketing messages for now: not before 24 hours from now"},
    {131050, 131050, permanent, kQuiet, 0, 0, "this person wants no marketing messages: never send them one again",
     kOptedOut},
    {130472, 130472, permanent, kQuiet, 0, 0, "this person is part of an experiment of Meta's and gets no marketing"},
    {130403, 130403, permanent, kQuiet, 0, 0, "this person has blocked messages of this kind"},

    // The account.
    {131021, 131021, permanent, kAlarm, 0, 0, "sender and recipient are the same number"},
    {131030, 131030, permanent, kAlarm, 0, 0,
     "the recipient is not on the list of a test number: add it in the app's API setup"},
    {131031, 131031, permanent, kAlarm, 0, 0, "the WhatsApp Business account is locked: see Business Support Home"},
    {131037, 131037, permanent, kAlarm, 0, 0, "the number's display name is not approved"},
    {131042, 131042, permanent, kAlarm, 0, 0, "there is a problem with the payment: see the billing settings"},
    {131045, 131045, permanent, kAlarm, 0, 0, "the number's certificate is wrong: register the number again"},
    {368, 368, permanent, kAlarm, 0, 0, "the account is blocked for a while because it broke a policy"},
    {130497, 130497, permanent, kAlarm, 0, 0, "the account may not write to people of this country"},
    {133010, 133010, permanent, kAlarm, 0, 0, "the number is not registered at the Cloud API: register it"},
};

}  // namespace

const CloudErrorRow* find_cloud_error(int code) {
    const auto row = std::find_if(std::begin(kErrors), std::end(kErrors),
                                  [code](const CloudErrorRow& r) { return code >= r.first && code <= r.last; });
    return row == std::end(kErrors) ? nullptr : row;
}

bool is_token_error(int http_status, int code) {
    return code == 190 || code == 102 || (http_status == 401 && (code == 0 || code == 2500));
}

std::string_view token_problem(int subcode) {
    switch (subcode) {
        case 458:
            return "the app is no longer installed for the token's user";
        case 459:
        case 464:
            return "the token's user has to log in to Facebook and confirm the account";
        case 460:
            return "the password of the token's user was changed";
        case 463:
            return "the access token has expired";
        case 467:
            return "the access token is invalid or was revoked";
        default:
            return "";
    }
}

}  // namespace parley::channels
