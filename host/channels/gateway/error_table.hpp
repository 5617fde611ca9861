// What the gateway's refusals mean for a message. A table, first match wins.
#pragma once

#include <string_view>

#include "channels/channel.hpp"

namespace parley::channels {

struct GatewayErrorRow {
    int first, last;        // HTTP status
    std::string_view code;  // the answer's "code"; empty matches every one
    SendError::Class kind;
    std::string_view advice;  // for the admin; empty when the gateway's own words are all there is to say
};

inline constexpr GatewayErrorRow kGatewayErrors[] = {
    {300, 399, "", SendError::Class::halted, "the gateway redirects: check WHATSAPP_CLIENT_URL"},
    {400, 400, "DEVICE_ID_REQUIRED", SendError::Class::halted,
     "the gateway has several numbers: set GATEWAY_DEVICE_ID"},
    {400, 400, "", SendError::Class::permanent, ""},
    {401, 401, "AUTHENTICATION_ERROR", SendError::Class::halted,
     "the gateway is not logged in to WhatsApp: scan its QR code again"},
    {401, 401, "", SendError::Class::halted, "the gateway refuses the user and password"},
    {404, 404, "DEVICE_NOT_FOUND", SendError::Class::halted,
     "the gateway does not know this number: check GATEWAY_DEVICE_ID"},
    {408, 409, "", SendError::Class::transient, ""},
    {425, 425, "", SendError::Class::transient, ""},
    // Trying again makes the lock longer; those who wrote first can still be answered, so the others go on.
    {429, 429, "WA_REACHOUT_TIMELOCK", SendError::Class::permanent,
     "WhatsApp has locked this number out of new chats for a while (error 463): this person must write first"},
    {429, 429, "", SendError::Class::throttled, ""},
    {400, 499, "", SendError::Class::permanent, ""},
    {500, 500, "", SendError::Class::transient, ""},
    {503, 503, "", SendError::Class::transient, ""},
    // 504: the gateway gave up waiting for WhatsApp. 502 and the rest are a proxy's and tell no more.
    {500, 599, "", SendError::Class::in_doubt, ""},
};

}  // namespace parley::channels
