// Estimates of tokens, and how they come nearer to what a model really counts.
#include <catch2/catch.hpp>
#include <cmath>

#include "gpt/model.hpp"
#include "gpt/tokens.hpp"
#include "support/result_printer.hpp"

using namespace parley::gpt;

namespace {

struct Text {
    const char* words;
    std::int64_t tokens;  // by OpenAI's o200k_base
};

struct Language {
    const char* name;
    Text first, second;
};

const Language languages[] = {
    {"en",
     {"Could you tell me when the shop in the old town opens tomorrow? I need bread, milk and two kilos of apples for "
      "the children.",
      28},
     {"The meeting was moved to Thursday because the train from Manchester is late again. Please send everybody the "
      "new address and ask who can bring the projector.",
      29}},
    {"de",
     {"Können Sie mir sagen, wann das Geschäft in der Altstadt morgen öffnet? Ich brauche Brot, Milch und zwei Kilo "
      "Äpfel für die Kinder.",
      34},
     {"Die Besprechung wurde auf Donnerstag verschoben, weil der Zug aus Hamburg wieder Verspätung hat. Bitte schicken "
      "Sie allen die neue Adresse und fragen Sie, wer den Projektor mitbringen kann.",
      41}},
    {"es",
     {"¿Me puede decir cuándo abre mañana la tienda del casco antiguo? Necesito pan, leche y dos kilos de manzanas "
      "para los niños.",
      29},
     {"La reunión se ha trasladado al jueves porque el tren de Sevilla vuelve a llegar tarde. Por favor, envíe a todos "
      "la nueva dirección y pregunte quién puede traer el proyector.",
      40}},
    {"fr",
     {"Pouvez-vous me dire quand le magasin de la vieille ville ouvre demain ? J'ai besoin de pain, de lait et de deux "
      "kilos de pommes pour les enfants.",
      33},
     {"La réunion a été déplacée à jeudi parce que le train de Lyon est encore en retard. Merci d'envoyer la nouvelle "
      "adresse à tout le monde et de demander qui peut apporter le projecteur.",
      40}},
    {"tr",
     {"Eski şehirdeki dükkânın yarın ne zaman açılacağını söyleyebilir misiniz? Çocuklar için ekmek, süt ve iki kilo "
      "elmaya ihtiyacım var.",
      40},
     {"Ankara treni yine geciktiği için toplantı perşembe gününe alındı. Lütfen herkese yeni adresi gönderin ve "
      "projektörü kimin getirebileceğini sorun.",
      41}},
    {"id",
     {"Bisakah Anda memberi tahu saya kapan toko di kota tua buka besok? Saya perlu roti, susu, dan dua kilo apel "
      "untuk anak-anak.",
      30},
     {"Rapat dipindahkan ke hari Kamis karena kereta dari Bandung terlambat lagi. Tolong kirimkan alamat baru kepada "
      "semua orang dan tanyakan siapa yang bisa membawa proyektor.",
      40}},
    {"ru",
     {"Не могли бы вы сказать, когда завтра откроется магазин в старом городе? Мне нужны хлеб, молоко и два килограмма "
      "яблок для детей.",
      32},
     {"Собрание перенесли на четверг, потому что поезд из Казани опять опаздывает. Пожалуйста, отправьте всем новый "
      "адрес и спросите, кто может принести проектор.",
      42}},
    {"ar",
     {"هل يمكنك أن تخبرني متى يفتح المتجر في المدينة القديمة غدا؟ أحتاج إلى الخبز والحليب وكيلوغرامين من التفاح "
      "للأطفال.",
      36},
     {"تم نقل الاجتماع إلى يوم الخميس لأن القطار القادم من الإسكندرية تأخر مرة أخرى. من فضلك أرسل العنوان الجديد إلى "
      "الجميع واسأل من يمكنه إحضار جهاز العرض.",
      40}},
    {"ur",
     {"کیا آپ مجھے بتا سکتے ہیں کہ پرانے شہر کی دکان کل کب کھلے گی؟ مجھے بچوں کے لیے روٹی، دودھ اور دو کلو سیب چاہئیں۔",
      39},
     {"اجلاس جمعرات کو منتقل کر دیا گیا ہے کیونکہ لاہور سے آنے والی ٹرین پھر لیٹ ہے۔ براہ کرم سب کو نیا پتہ بھیج دیں "
      "اور پوچھیں کہ پروجیکٹر کون لا سکتا ہے۔",
      49}},
    {"hi",
     {"क्या आप मुझे बता सकते हैं कि पुराने शहर की दुकान कल कब खुलेगी? मुझे बच्चों के लिए रोटी, दूध और दो किलो सेब चाहिए।", 31},
     {"बैठक गुरुवार को कर दी गई है क्योंकि दिल्ली से आने वाली ट्रेन फिर से देर से चल रही है। कृपया सबको नया पता भेज दें और पूछें कि प्रोजेक्टर "
      "कौन ला सकता है।",
      46}},
    {"zh",
     {"您能告诉我老城区的商店明天几点开门吗？我需要给孩子们买面包、牛奶和两公斤苹果。", 32},
     {"因为从上海来的火车又晚点了，会议改到星期四。请把新地址发给大家，并问问谁可以带投影仪来。", 35}},
    {"ja",
     {"旧市街のお店は明日何時に開くか教えていただけますか。子どもたちのためにパンと牛乳、それにりんごを二キロ買いたいの"
      "です。",
      48},
     {"大阪からの電車がまた遅れているため、会議は木曜日に変更されました。新しい住所を皆さんに送って、誰がプロジェクター"
      "を持って来られるか聞いてください。",
      50}},
};

ChatRequest asking(const std::string& text) {
    ChatRequest request;
    request.messages.push_back({Role::user, text, {}, {}, {}});
    return request;
}

// What a server would count: the words and the frame of one message, which every estimate knows.
std::int64_t counted(const Text& text) {
    return text.tokens + TokenScale().estimate(asking(""));
}

// How far the estimates of all second texts together are from what they have; in parts of it.
double error(const TokenScale& scale) {
    std::int64_t estimated = 0, real = 0;
    for (const auto& language : languages) {
        estimated += scale.estimate(language.second.words);
        real += language.second.tokens;
    }
    return static_cast<double>(estimated) / static_cast<double>(real) - 1;
}

}  // namespace

TEST_CASE("estimates are on the safe side before anything is known of a model") {
    for (const auto& language : languages) {
        CAPTURE(language.name);
        CHECK(estimate_tokens(language.first.words) >= language.first.tokens);
        CHECK(estimate_tokens(language.second.words) >= language.second.tokens);
    }
    CHECK(estimate_tokens("") == 0);
    auto request = asking("hi");
    request.messages[0].images.push_back({"image/png", "x"});
    CHECK(estimate_tokens("hi") < 5);
    CHECK(TokenScale().estimate(request) > 800);
}

TEST_CASE("what twelve languages really cost is learned within 15 %") {
    TokenScale scale;
    CHECK(error(scale) > 0.3);
    for (int round = 0; round < 20; ++round)
        for (const auto& language : languages) scale.learn(asking(language.first.words), counted(language.first));
    CHECK(std::abs(error(scale)) < 0.15);
    for (const auto& language : languages) {
        CAPTURE(language.name);
        const auto estimated = static_cast<double>(scale.estimate(language.second.words));
        CHECK(std::abs(estimated / static_cast<double>(language.second.tokens) - 1) < 0.4);
    }
}

TEST_CASE("a count that cannot be one of the whole question teaches nothing") {
    const std::string text(2'000, 'x');
    const auto before = estimate_tokens(text);
    const auto after = [&](ChatRequest request, std::int64_t tokens) {
        TokenScale scale;
        for (int i = 0; i < 50; ++i) scale.learn(request, tokens);
        return scale.estimate(text);
    };
    CHECK(after(asking(text), 0) == before);
    CHECK(after(asking(text), 11) == before);  // only what was not in the cache
    CHECK(after(asking(text), 1'000'000) == before);
    CHECK(after(asking(""), 7) == before);
    auto seen = asking(text);
    seen.messages[0].images.push_back({"image/png", "x"});
    CHECK(after(seen, 400) == before);
    CHECK(std::abs(after(asking(text), 407) - 400) < 10);
    // However far a server goes, a token is no less than a byte and no more than sixteen.
    CHECK(after(asking(text), 2'500) <= 2'000);
}

TEST_CASE("broken letters are counted, not read beyond their end") {
    for (const char* text : {"\xE4", "a\xF0\x9F", "\x80\x80", "\xFF"}) CHECK(estimate_tokens(text) >= 1);
}
