import { entries } from "./quote";

export const firstNames = entries(`
  Ada; Agnieszka; Ahmed; Aino; Alejandro; Alessia; Alice; Amélie; Amira; Anders; Andrea; Anna; Anton; Antonia; Arthur;
  Astrid; Ayşe; Barbara; Bartosz; Beatriz; Ben; Bianca; Björn; Camille; Carla; Carlos; Caroline; Charlotte; Chiara;
  Christian; Clara; Claire; Cornelia; Daniel; Davide; Deniz; Diana; Dominik; Dorota; Elena; Eleni; Elif; Elin; Elsa;
  Emil; Emilia; Emma; Enzo; Erik; Ernst; Esra; Eva; Fabian; Fatima; Felix; Filip; Finn; Florence; Francesco; François;
  Freja; Friedrich; Gabriela; Georg; Giulia; Greta; Gustav; Hanna; Hannes; Hassan; Heidi; Helena; Henrik; Hugo; Ida;
  Ingrid; Irina; Isabel; Ivana; Jakob; Jan; Jana; Jasmin; Javier; João; Johanna; Jonas; Josef; Julia; Julien; Kaarina;
  Karin; Karolina; Katarzyna; Katharina; Kilian; Klaus; Lara; Lars; Laura; Léa; Lena; Leon; Leyla; Linda; Linus; Lotte;
  Louis; Luca; Lucía; Luis; Lukas; Magdalena; Maja; Małgorzata; Manuel; Marc; Marco; María; Marie; Marlene; Marta;
  Martin; Mateusz; Mathilde; Matteo; Maximilian; Mehmet; Mia; Michael; Mikkel; Milan; Miriam; Mohamed; Nadia; Natalia;
  Niklas; Nikola; Nils; Nina; Noah; Nora; Olga; Oliver; Olivia; Oskar; Pablo; Paolo; Paul; Paula; Petra; Philippe;
  Pia; Rafael; Rania; Renate; Robert; Rosa; Ruth; Samira; Samuel; Sandra; Sara; Sebastian; Selin; Simone; Sofia; Sophie;
  Stefan; Susanne; Sven; Tarek; Teresa; Theo; Thomas; Tim; Tomáš; Ulrike; Valentina; Vera; Victor; Viktoria; Vincent;
  Wiktoria; Wojciech; Yara; Yasmin; Yusuf; Zofia; Zoë`);

export const lastNames = entries(`
  Adamczyk; Aguilar; Albrecht; Almeida; Andersen; Andersson; Arnold; Aydın; Bach; Baker; Barbieri; Bauer; Beck; Becker;
  Benali; Berger; Bergmann; Bernard; Bianchi; Blanc; Böhm; Bonnet; Brandt; Braun; Brunner; Bruno; Caruso; Castro; Çelik;
  Chevalier; Christensen; Clark; Colombo; Costa; Cruz; da Silva; Dahl; De Jong; De Luca; De Vries; Demir; Díaz; Dietrich;
  Dubois; Dupont; Durand; Eder; Egger; Engel; Eriksson; Esposito; Evans; Fernández; Ferrari; Fiala; Fischer; Fontaine;
  Fournier; Frank; Friedrich; Fuchs; Gallo; García; Garnier; Gashi; Gerber; Girard; González; Graf; Greco; Groß; Gruber;
  Günther; Gutiérrez; Haas; Hahn; Hansen; Hartmann; Heinrich; Hernández; Herrmann; Hoffmann; Hofmann; Holm; Horváth;
  Huber; Hughes; Iversen; Jäger; Jankowski; Jansen; Jensen; Jiménez; Johansen; Johansson; Jørgensen; Jovanović; Kaiser;
  Kamiński; Karlsson; Kaya; Keller; Kowalczyk; Kowalski; Köhler; König; Kovács; Kraus; Krüger; Kuhn; Lambert; Lang;
  Larsen; Leroy; Lewandowski; Lindqvist; Lombardi; López; Lorenz; Ludwig; Mancini; Marini; Martin; Martínez; Mayer;
  Meier; Mendoza; Mercier; Meyer; Moreau; Moreno; Moretti; Morris; Moser; Müller; Navarro; Neumann; Nguyen; Nielsen;
  Nilsson; Novák; Nowak; O'Brien; O'Connor; Olsen; Öztürk; Papadopoulos; Pedersen; Pereira; Pérez; Peters; Petit;
  Petrov; Pichler; Popescu; Ramírez; Rasmussen; Reiter; Ricci; Richter; Rinaldi; Rivera; Romano; Rossi; Roth; Rousseau;
  Ruiz; Şahin; Sánchez; Santos; Sauer; Schäfer; Schmid; Schmidt; Schneider; Schröder; Schulte-Hagen; Schulz; Schwarz;
  Silva; Simon; Smith; Sørensen; Steiner; Svoboda; Szabó; Tanaka; Taylor; Torres; Tóth; van Dijk; van den Berg; Vargas;
  Vidal; Vogel; Vogt; Wagner; Walker; Walsh; Weber; Weiß; Werner; Williams; Winkler; Wiśniewski; Wolf; Wójcik; Wright;
  Yılmaz; Ziegler; Zieliński; Zimmermann`);

/** Names that are reserved for examples: nothing that is sent to them ever reaches anybody. */
export const mailDomains = entries(`
  mailbox.example; mailbox.example; webmail.example; webmail.example; inbox.example; post.example; kurier.example;
  example.com; example.net; example.org`);

const germanStreets = entries(`
  Ahornweg; Alte Poststraße; Am Anger; Am Hafen; An der Mühle; Bahnhofstraße; Beethovenstraße; Bergstraße; Birkenallee;
  Brunnengasse; Burgstraße; Dorfstraße; Eichendorffweg; Feldstraße; Fliederweg; Friedensplatz; Gartenstraße; Goethestraße;
  Hauptstraße; Hohe Gasse; Im Winkel; Industriestraße; Kastanienallee; Kirchgasse; Landsberger Straße; Lange Reihe;
  Lindenstraße; Marktplatz; Mozartgasse; Neue Straße; Parkweg; Ringstraße; Rosenweg; Sankt-Anna-Platz; Schillerstraße;
  Schlossallee; Schulstraße; Seestraße; Sonnenhang; Tulpenweg; Uferstraße; Waldstraße; Weinbergweg; Wiesengrund`);

const streetsElsewhere = {
  FR: "Rue de Bretagne; Rue des Tanneurs; Rue du Moulin; Place de la République; Avenue Jean-Jaurès; Quai Saint-Vincent",
  IT: "Via Roma; Via Cavour; Via dei Mille; Corso Italia; Strada Nuova; Piazza Garibaldi; Viale Trieste",
  ES: "Calle Mayor; Calle de Alcalá; Calle de la Luna; Avenida de la Constitución; Paseo del Prado; Plaza del Carmen",
  DK: "Østergade; Kongensgade; Vestergade; Strandvejen; Nørrebrogade; Skovvej",
  SE: "Storgatan; Drottninggatan; Kungsgatan; Skolgatan; Björkvägen; Södra vägen",
  NL: "Prinsengracht; Dorpsstraat; Kerkstraat; Stationsweg; Molenweg; Westerstraat",
  BE: "Lange Nieuwstraat; Kerkstraat; Meir; Statiestraat; Grote Steenweg; Mechelsesteenweg",
  CZ: "Dlouhá; Husova; Na Příkopě; Jiráskova; Nádražní; Vinohradská",
  PL: "ul. Polna; ul. Leśna; ul. Mickiewicza; ul. Długa; al. Jana Pawła II; ul. Ogrodowa",
  PT: "Rua Augusta; Rua da Rosa; Avenida da Liberdade; Travessa do Carmo; Largo do Rato; Rua do Século",
};

/** SQL: a street as there is one in the country. */
export function streetIn(country: string, pick: (pool: readonly string[]) => string) {
  const elsewhere = Object.entries(streetsElsewhere).map(
    ([code, names]) => `when '${code}' then ${pick(entries(names))}`,
  );
  return `case ${country} ${elsewhere.join(" ")} else ${pick(germanStreets)} end`;
}

/** City, start of its postcodes, digits that follow, country. The first ones are the large ones. */
export const places = entries(`
  Berlin|10|3|DE; Berlin|12|3|DE; Hamburg|20|3|DE; München|80|3|DE; Köln|50|3|DE; Wien|1|3|AT; Zürich|80|2|CH; Paris|75|3|FR;
  Frankfurt am Main|60|3|DE; Stuttgart|70|3|DE; Leipzig|04|3|DE; Dresden|01|3|DE; Bremen|28|3|DE; Hannover|30|3|DE;
  Nürnberg|90|3|DE; Düsseldorf|40|3|DE; Freiburg im Breisgau|79|3|DE; Münster|48|3|DE; Rostock|18|3|DE; Saarbrücken|66|3|DE;
  Graz|80|2|AT; Linz|40|2|AT; Salzburg|50|2|AT; Innsbruck|60|2|AT; Bern|30|2|CH; Basel|40|2|CH; Genève|12|2|CH;
  Lyon|69|3|FR; Nantes|44|3|FR; Strasbourg|67|3|FR; Toulouse|31|3|FR; Milano|20|3|IT; Bologna|40|3|IT; Torino|10|3|IT;
  Madrid|28|3|ES; Barcelona|08|3|ES; Valencia|46|3|ES; København|2|3|DK; Aarhus|80|2|DK; Malmö|21|3|SE; Göteborg|41|3|SE;
  Amsterdam|10|2|NL; Utrecht|35|2|NL; Antwerpen|20|2|BE; Praha|1|4|CZ; Warszawa|00-|3|PL; Kraków|30-|3|PL; Lisboa|1|3|PT`);

/** SQL: a name without what an e-mail address or a file name may not hold. */
export const asciiName = (name: string) => `regexp_replace(shared.slugify(${name}), '-', '', 'g')`;
