//! Site furniture put into unrelated articles makes no link.
//!
//! Every block is invented, and looks like what outlets put around and into their articles. Each is put into 30 % of a
//! corpus of articles that have nothing in common, on many outlets at once and on one.

use crate::articles::Generator;
use crate::corpora::{Written, demonstration_records, links, scanned, written};

/// Blocks by language: newsletter, cookies, read also, copyright, caption, sharing.
const BLOCKS: [(&str, &str); 18] = [
    (
        "en",
        "Sign up to the Harbour Letter, our free newsletter, and get the five stories everybody in town will talk about delivered to your inbox every weekday morning at seven. You can unsubscribe at any time by clicking the link at the foot of each message.",
    ),
    (
        "en",
        "We and our 214 partners store and access information on your device, such as unique identifiers in cookies, to process personal data. You may accept or manage your choices at any time by clicking below or on the privacy policy page.",
    ),
    ("en", "Read also: Ten walks along the northern shore that your dog will love as much as you do this autumn"),
    (
        "en",
        "© Lantern Media Group Ltd. All rights reserved. This material may not be published, broadcast, rewritten or redistributed in whole or in part without the express written permission of the publisher.",
    ),
    (
        "en",
        "The old swing bridge seen from the fish market in a file picture taken last spring. Photograph: Mara Ellingsen/Lantern Pictures",
    ),
    (
        "en",
        "Share this article with your friends on the social network of your choice, or copy the link below and paste it wherever you like to talk about the news of the day.",
    ),
    (
        "fr",
        "Inscrivez-vous à notre lettre d’information « Le Matin du Port » et recevez chaque jour à sept heures l’essentiel de l’actualité de votre région, choisi par la rédaction. Vous pouvez vous désinscrire à tout moment grâce au lien situé en bas de chaque message.",
    ),
    (
        "fr",
        "Nous et nos 187 partenaires utilisons des cookies pour stocker et consulter des informations sur votre terminal, afin de vous proposer des contenus et des publicités personnalisés. Vous pouvez modifier vos choix à tout moment dans les paramètres de confidentialité.",
    ),
    (
        "fr",
        "Lire aussi : Notre sélection des douze plus belles randonnées à faire en famille pendant les vacances de la Toussaint",
    ),
    (
        "fr",
        "© Éditions de la Lanterne. Tous droits réservés. Toute reproduction, même partielle, de cet article est interdite sans l’autorisation écrite préalable de l’éditeur.",
    ),
    (
        "es",
        "Suscríbase gratis a nuestro boletín «La Mañana del Puerto» y reciba cada día a las siete en su correo las cinco noticias que marcarán la jornada, elegidas por la redacción. Puede darse de baja en cualquier momento desde el enlace al pie de cada mensaje.",
    ),
    (
        "es",
        "Utilizamos cookies propias y de terceros para analizar nuestros servicios y mostrarle publicidad relacionada con sus preferencias. Puede aceptar todas las cookies pulsando el botón o configurarlas o rechazar su uso en el panel de privacidad.",
    ),
    (
        "de",
        "Melden Sie sich jetzt kostenlos für unseren Newsletter „Hafenpost“ an und erhalten Sie jeden Morgen um sieben Uhr die wichtigsten Nachrichten aus Ihrer Region direkt in Ihr Postfach. Eine Abmeldung ist jederzeit über den Link am Ende jeder Nachricht möglich.",
    ),
    (
        "de",
        "© Verlagsgruppe Laterne GmbH. Alle Rechte vorbehalten. Die Vervielfältigung oder Weiterverbreitung dieses Beitrags, auch in Auszügen, ist ohne vorherige schriftliche Zustimmung des Verlags nicht gestattet.",
    ),
    (
        "ru",
        "Подпишитесь на нашу бесплатную рассылку «Утро в порту» и каждое утро в семь часов получайте главные новости региона, отобранные редакцией. Отказаться от рассылки можно в любой момент по ссылке в конце каждого письма.",
    ),
    (
        "ar",
        "اشترك مجانا في نشرتنا الإخبارية «صباح الميناء» لتصلك كل يوم في السابعة صباحا أهم أخبار منطقتك التي اختارها فريق التحرير مباشرة إلى بريدك الإلكتروني. يمكنك إلغاء الاشتراك في أي وقت من خلال الرابط الموجود في أسفل كل رسالة.",
    ),
    (
        "zh",
        "欢迎免费订阅本报电子通讯《港口早报》，每天早上七点，编辑部为您精选的五条本地要闻将直接送达您的邮箱。您可以随时点击每封邮件底部的链接取消订阅。",
    ),
    (
        "zh",
        "版权声明：本文版权归灯笼传媒集团所有，未经书面授权，任何单位及个人不得以任何方式转载、摘编或者利用其他方式使用本文内容，违者将依法追究法律责任。",
    ),
];

/// Where a block is put.
#[derive(Clone, Copy, Debug)]
enum Place {
    Top,
    Middle,
    End,
}

/// The article of a story that comes first, for every story of a language, and as many invented ones as make up a corpus.
fn unrelated(language: &str) -> Vec<Written> {
    const ROUND_UPS: [&str; 7] = ["hasad", "tag", "roundup", "resumen", "essentiel", "den", "sulan"];
    // Each has a paragraph of background in common with another story.
    const BACKGROUND: [&str; 5] = ["bulti", "krater", "moss", "loup", "pereprava"];
    let mut articles: Vec<Written> = Vec::new();
    let mut known = Vec::new();
    for record in demonstration_records() {
        let field = |name: &str| record[name].as_str().unwrap();
        let (about, _) = field("id").rsplit_once('-').unwrap();
        // Those that are nobody's story share their outlet's furniture.
        let about = if about == "en-solo" { field("source") } else { about };
        if !known.contains(&about)
            && field("language").starts_with(language)
            && !ROUND_UPS.iter().chain(&BACKGROUND).any(|name| about.ends_with(name))
        {
            articles.push(written(field("id"), "", field("maintext")));
            known.push(about);
        }
    }
    let mut generator = Generator::new(11);
    while articles.len() < 40 {
        articles.push(written(format!("invented-{}", articles.len()), "", generator.article().join("\n\n")));
    }
    articles
}

/// Puts the block into three of ten articles, as a paragraph of its own.
fn injected(articles: &[Written], block: &str, place: Place) -> Vec<Written> {
    let mut articles = articles.to_vec();
    for article in articles.iter_mut().enumerate().filter(|(number, _)| number % 10 < 3).map(|(_, article)| article) {
        let mut paragraphs: Vec<&str> = article.text.split('\n').filter(|line| !line.trim().is_empty()).collect();
        let at = match place {
            Place::Top => 0,
            Place::Middle => paragraphs.len() / 2,
            Place::End => paragraphs.len(),
        };
        paragraphs.insert(at, block);
        article.text = paragraphs.join("\n\n");
    }
    articles
}

/// The blocks that make links.
fn linking(outlets: usize, place: Place) -> Vec<String> {
    let mut found = Vec::new();
    for (language, block) in BLOCKS {
        let mut articles = injected(&unrelated(language), block, place);
        for (number, article) in articles.iter_mut().enumerate() {
            article.source = format!("outlet{}.example", number % outlets);
        }
        let findings = scanned(&articles);
        let links = links(&findings);
        if !links.is_empty() || !findings.stories.is_empty() {
            found.push(format!("{place:?}, {outlets} outlets, {language}, {} links: {block}", links.len()));
        }
    }
    found
}

fn check(outlets: usize, places: &[Place]) {
    let found: Vec<String> = places.iter().flat_map(|&place| linking(outlets, place)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn articles_without_furniture_are_unrelated() {
    for language in ["ar", "de", "en", "es", "fr", "ru", "zh"] {
        let findings = scanned(&unrelated(language));
        assert!(links(&findings).is_empty(), "{language}: {:?}", links(&findings));
    }
}

#[test]
fn furniture_of_one_outlet_makes_no_link() {
    check(1, &[Place::Top, Place::Middle, Place::End]);
}

#[test]
fn furniture_of_a_few_outlets_makes_no_link() {
    check(5, &[Place::Top, Place::Middle, Place::End]);
}

#[test]
fn furniture_in_and_below_articles_of_many_outlets_makes_no_link() {
    check(40, &[Place::Top, Place::Middle, Place::End]);
}

/// A corpus too small to learn from.
#[test]
fn furniture_of_three_to_five_articles_makes_no_link() {
    let mut found = Vec::new();
    for (language, block) in BLOCKS {
        for size in 2..=5 {
            let mut articles = unrelated(language)[..size].to_vec();
            for article in &mut articles {
                article.source = "lantern.example".into();
                article.text = format!("{}\n\n{block}", article.text);
            }
            let findings = scanned(&articles);
            let links = links(&findings);
            if !links.is_empty() {
                found.push(format!("{size} articles, {language}: {block}: {links:?}"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
