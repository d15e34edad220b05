//! Names in dates: months, days of the week, words around a date, halves of the day, zones.
//!
//! One table serves all languages: a name that means different months in two of them is left out, or told apart where it
//! is used. Names are in lower case, without the dots of abbreviations.

/// The names of each month, January first: English, German, French, Spanish, Italian, Portuguese, Dutch, Polish, Russian,
/// Swedish, Danish, Norwegian, Turkish, Arabic; then Czech, Ukrainian, Finnish, Romanian, Greek, Indonesian where they add
/// a name; Hungarian, Hindi, Bengali, Hebrew (with and without its "in"), Thai, Persian and Urdu. Genitives where a language
/// uses them.
const MONTHS: [&str; 12] = [
    "january jan januar jänner jaenner janvier janv enero ene gennaio gen janeiro januari stycznia styczeń sty января \
     январь янв ocak oca يناير جانفي ledna leden січня січень tammikuuta ianuarie ιανουαρίου \
     január जनवरी জানুয়ারি জানুয়ারী ינואר มกราคม มค ژانویه جنوری בינואר",
    "february feb februar feber février fevrier févr fév fevr febrero febbraio fevereiro fev februari lutego luty lut \
     февраля февраль фев февр februari şubat subat şub فبراير فيفري شباط února únor лютого лютий helmikuuta februarie \
     φεβρουαρίου \
     február फरवरी फ़रवरी ফেব্রুয়ারি ফেব্রুয়ারী פברואר กุมภาพันธ์ กพ فوریه فروری בפברואר",
    "march mar märz maerz mrz mär mars marzo março marco maart mrt marca marzec марта март мар marts mart مارس آذار \
     března březen березня березень maaliskuuta martie μαρτίου maret \
     március मार्च মার্চ מרץ มีนาคม มีค مارچ במרץ",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi апреля апрель апр nisan nis أبريل إبريل ابريل أفريل \
     نيسان dubna duben квітня квітень huhtikuuta aprilie απριλίου \
     április अप्रैल এপ্রিল אפריל เมษายน เมย آوریل اپریل באפריל",
    "may mai mayo maggio mag maio mei maja maj мая май mayıs mayis مايو ماي أيار května květen травня травень \
     toukokuuta μαΐου \
     május मई মে מאי พฤษภาคม พค مئی במאי",
    "june jun juni juin junio giugno giu junho czerwca czerwiec cze июня июнь июн haziran haz يونيو يونيه جوان حزيران \
     června červen червня червень kesäkuuta iunie ιουνίου \
     június जून জুন יוני มิถุนายน มิย ژوئن جون ביוני",
    "july jul juli juillet juil julio luglio lug julho lipca lipiec июля июль июл temmuz tem يوليو يوليه جويلية تموز \
     července červenec липня липень heinäkuuta iulie ιουλίου \
     július जुलाई জুলাই יולי กรกฎาคม กค ژوئیه جولائی ביולי",
    "august aug août aout agosto ago augustus sierpnia sierpień августа август авг augusti ağustos agustos ağu agu \
     أغسطس اغسطس أوت آب srpna srpen серпня серпень elokuuta αυγούστου agustus \
     augusztus अगस्त আগস্ট אוגוסט สิงหาคม สค اگست באוגוסט",
    "september sep sept septembre septiembre setiembre settembre set setembro września wrzesień wrz сентября сентябрь \
     сен сент eylül eylul eyl سبتمبر أيلول září вересня вересень syyskuuta septembrie σεπτεμβρίου \
     szeptember सितंबर सितम्बर সেপ্টেম্বর ספטמבר กันยายน กย سپتامبر ستمبر בספטמבר",
    "october oct oktober okt octobre octubre ottobre ott outubro out października październik paź октября октябрь окт \
     ekim eki أكتوبر اكتوبر října říjen жовтня жовтень lokakuuta octombrie οκτωβρίου \
     október अक्टूबर अक्तूबर অক্টোবর אוקטובר ตุลาคม ตค اکتبر اکتوبر באוקטובר",
    "november nov novembre noviembre novembro listopada listopad ноября ноябрь ноя нояб kasım kasim kas نوفمبر \
     листопада листопад marraskuuta noiembrie νοεμβρίου \
     नवंबर नवम्बर নভেম্বর נובמבר พฤศจิกายน พย نوامبر نومبر בנובמבר",
    "december dec dezember dez décembre decembre déc diciembre dic dicembre dezembro grudnia grudzień gru декабря \
     декабрь дек desember des aralık aralik ara ديسمبر prosince prosinec грудня грудень joulukuuta decembrie \
     δεκεμβρίου desember \
     दिसंबर दिसम्बर ডিসেম্বর דצמבר ธันวาคม ธค دسامبر دسمبر בדצמבר",
];

/// Months of two words, as Arabic has in the Levant.
const LEVANTINE: [(&str, &str, u8); 4] =
    [("كانون", "الثاني", 1), ("تشرين", "الأول", 10), ("تشرين", "الثاني", 11), ("كانون", "الأول", 12)];

/// Days of the week, long and short.
const WEEKDAYS: &str = "monday mon montag mo lundi lun lunes lunedì lunedi segunda maandag ma poniedziałek pon понедельник \
    пн måndag mån mandag man pazartesi الاثنين الإثنين \
    tuesday tue tues dienstag di mardi mar martes martedì martedi terça terca dinsdag wtorek wto вторник вт tisdag tis \
    tirsdag tir salı الثلاثاء \
    wednesday wed mittwoch mi mercredi mer miércoles miercoles mié mercoledì mercoledi quarta qua woensdag wo środa śro \
    среда ср onsdag ons çarşamba الأربعاء الاربعاء \
    thursday thu thur thurs donnerstag do jeudi jeu jueves jue giovedì giovedi gio quinta qui donderdag czwartek czw \
    четверг чт torsdag tors tor tors perşembe الخميس \
    friday fri freitag fr vendredi ven viernes vie venerdì venerdi sexta sex vrijdag vr piątek pią пятница пт fredag \
    fre cuma الجمعة \
    saturday sat samstag sonnabend sa samedi sam sábado sabado sáb sabato sab zaterdag za sobota sob суббота сб lördag \
    lör lørdag lør cumartesi السبت \
    sunday sun sonntag so dimanche dim domingo dom domenica zondag zo niedziela nie nd воскресенье вс söndag sön søndag \
    søn pazar الأحد الاحد feira 星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日 \
    月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日 火 水 木 金 土 월요일 화요일 수요일 목요일 금요일 토요일 일요일 화 수 목 금 토 \
     hétfő kedd szerda csütörtök péntek szombat vasárnap सोमवार मंगलवार बुधवार गुरुवार बृहस्पतिवार शुक्रवार शनिवार रविवार \
     সোমবার মঙ্গলবার বুধবার বৃহস্পতিবার শুক্রবার শনিবার রবিবার שני שלישי רביעי חמישי שישי שבת ראשון \
     วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์ จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์ \
     شنبه یکشنبه دوشنبه سهشنبه چهارشنبه پنجشنبه جمعه پیر منگل بدھ جمعرات ہفتہ اتوار \
     понеділок вівторок середа четвер пятниця субота неділя pondělí úterý čtvrtek pátek neděle luni marți miercuri joi vineri \
     sâmbătă duminică maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai maanantaina tiistaina keskiviikkona \
     torstaina perjantaina lauantaina sunnuntaina δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή senin selasa rabu \
     kamis jumat sabtu minggu";

/// Words that stand in and around a date and change nothing about it.
const FILLERS: &str = "on at of the de del d dia día le du à a las los el il lo alle ore ora dell nel em às as am um den der \
    dem vom kl klo klokken op om o godz godzina dnia w r roku rok г года год в saat saati في الساعة من يوم ve și ora \
    published publish publication posted updated update modified last first created date dated release released \
    publié publie publiée mis mise jour modifié modifiée le \
    veröffentlicht veroeffentlicht aktualisiert erstellt stand datum zuletzt geändert erschienen \
    publicado publicada actualizado actualizada fecha atualizado atualizada publicação data \
    pubblicato pubblicata aggiornato aggiornata gepubliceerd bijgewerkt gewijzigd \
    opublikowano opublikowany aktualizacja utworzono опубликовано обновлено дата publicerad uppdaterad publisert \
    oppdatert publiceret opdateret yayınlanma yayın güncelleme güncellendi tarihi tarih نشر تاريخ آخر تحديث \
    án én ב időpont megjelent frissítve közzétéve प्रकाशित को बजे তারিখ প্রকাশ প্রকাশিত יום ה של בתאריך פורסם ngày năm lúc đăng เมื่อ วันที่ เวลา น พศ คศ ที่ \
     در تاریخ ساعت 发布 发表 更新 时间 日期 发布时间 更新时间 公開 配信 掲載 公開日 更新日 입력 수정 등록 승인";

/// What follows a day that is said as an ordinal.
const ORDINALS: &str = "st nd rd th er ère re e º ª o :a :e";

/// What follows an hour, or stands between an hour and minutes.
const HOURS: &str = "h hrs hr uhr u uur heures heure horas 时 時 點 点 시 ч";
const MINUTES: &str = "min 分 분 мин";
const SECONDS: &str = "s sec 秒 초 сек";

const MORNING: &str = "am ص صباحا صباحًا öö 上午 午前 오전 凌晨 早上 πμ";
const AFTERNOON: &str = "pm م مساء مساءً ös 下午 午後 오후 晚上 μμ";

/// Zones whose name means one offset wherever it is used, in minutes east of Greenwich. Left out for having several
/// meanings: AST, BST, CST, IST, ET, CT, PT and their like, which depend on the season.
const ZONES: [(&str, i16); 46] = [
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("wet", 0),
    ("west", 60),
    ("cet", 60),
    ("mez", 60),
    ("cest", 120),
    ("mesz", 120),
    ("met", 60),
    ("mest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("мск", 180),
    ("trt", 180),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("brt", -180),
    ("art", -180),
    ("clt", -240),
    ("wat", 60),
    ("cat", 120),
    ("sast", 120),
    ("eat", 180),
    ("pkt", 300),
    ("ict", 420),
    ("wib", 420),
    ("hkt", 480),
    ("sgt", 480),
    ("awst", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
];

/// Zone names with several meanings: the time is kept, the zone is not.
const VAGUE_ZONES: &str = "ast bst cst ist et ct mt pt cdmx";

/// The month of this name, from 1.
pub(super) fn month(word: &str) -> Option<u8> {
    MONTHS.iter().position(|names| has(names, word)).and_then(|place| u8::try_from(place + 1).ok())
}

/// The month of a name of two words.
pub(super) fn month_of_two(first: &str, second: &str) -> Option<u8> {
    LEVANTINE.iter().find(|(one, other, _)| (*one, *other) == (first, second)).map(|(_, _, month)| *month)
}

/// What a word in a date can be, apart from a month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Role {
    Weekday,
    Filler,
    Ordinal,
    Hours,
    Minutes,
    Seconds,
    Morning,
    Afternoon,
    Zone(Option<i16>),
}

/// Whether a word can stand for something.
pub(super) fn is(word: &str, role: fn(Role) -> bool) -> Option<Role> {
    let groups = [
        (Role::Weekday, WEEKDAYS),
        (Role::Filler, FILLERS),
        (Role::Ordinal, ORDINALS),
        (Role::Hours, HOURS),
        (Role::Minutes, MINUTES),
        (Role::Seconds, SECONDS),
        (Role::Morning, MORNING),
        (Role::Afternoon, AFTERNOON),
        (Role::Zone(None), VAGUE_ZONES),
    ];
    let zone = ZONES.iter().find(|(name, _)| *name == word).map(|(_, offset)| Role::Zone(Some(*offset)));
    let named = groups.into_iter().filter(|(_, names)| has(names, word)).map(|(named, _)| named);
    named.chain(zone).find(|named| role(*named))
}

fn has(names: &str, word: &str) -> bool {
    names.split_ascii_whitespace().any(|name| name == word)
}

/// Units that Chinese, Japanese and Korean write behind a number, and words that no blank parts from others: what
/// `text` begins with, the longest first.
pub(super) fn unit(text: &str) -> Option<&'static str> {
    const UNITS: &str = "年 月 日 号 號 년 월 일";
    let all = [UNITS, HOURS, MINUTES, SECONDS, MORNING, AFTERNOON, WEEKDAYS, FILLERS];
    let units = all.into_iter().flat_map(str::split_ascii_whitespace).filter(|unit| !unit.is_ascii());
    units.filter(|unit| text.starts_with(unit)).max_by_key(|unit| unit.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn no_name_means_two_months() {
        let mut known: HashMap<&str, usize> = HashMap::new();
        for (month, names) in MONTHS.iter().enumerate() {
            for name in names.split_ascii_whitespace() {
                assert_eq!(*known.entry(name).or_insert(month), month, "{name}");
            }
        }
    }

    #[test]
    fn names_are_in_lower_case() {
        for name in MONTHS.iter().flat_map(|names| names.split_ascii_whitespace()) {
            assert_eq!(name, name.to_lowercase());
        }
    }
}
