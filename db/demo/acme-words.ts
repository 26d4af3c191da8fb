import { entries, lines } from "./quote";

/** Main category | category | initials of its article numbers | price in euros, about | centimetres, about | care | materials | six articles. */
export const assortment = lines(`
  Furniture|Chairs|CH|189|52|wipe clean|solid oak,beech,walnut,rattan|Dining Chair,Rocking Chair,Bar Stool,Folding Chair,Lounge Chair,Step Stool
  Furniture|Tables|TB|349|140|oil once a year|solid oak,ash,walnut,cherry|Dining Table,Side Table,Coffee Table,Standing Desk,Writing Desk,Console
  Furniture|Shelves|SH|129|90|dust dry|oak,birch plywood,steel|Bookcase,Wall Shelf,Corner Shelf,Shoe Rack,Coat Rack,Magazine Rack
  Lighting|Lamps|LA|79|28|dust dry|brass,steel,opal glass|Desk Lamp,Floor Lamp,Table Lamp,Reading Lamp,Wall Lamp,Night Light
  Lighting|Pendants|PE|119|45|dust dry|opal glass,washi paper,aluminium,linen|Pendant,Pendant Trio,Chandelier,Cone Shade,Globe Shade,Ceiling Light
  Kitchen|Cookware|CO|59|26|hand wash|cast iron,stainless steel,copper|Frying Pan,Saucepan,Stockpot,Casserole,Wok,Roasting Tin
  Kitchen|Tableware|TW|24|18|dishwasher|stoneware,porcelain,enamel|Dinner Plate,Soup Bowl,Mug,Espresso Cup,Serving Bowl,Carafe
  Kitchen|Knives|KN|69|24|hand wash|Damascus steel,stainless steel,carbon steel|Chef's Knife,Paring Knife,Bread Knife,Santoku,Boning Knife,Cleaver
  Textiles|Bedding|BD|89|135|60 °C|linen,organic cotton,Tencel|Duvet Cover,Pillowcase,Fitted Sheet,Bedspread,Throw,Bolster
  Textiles|Bathroom|BA|29|70|60 °C|organic cotton,linen,hemp|Bath Towel,Hand Towel,Bath Mat,Bathrobe,Shower Curtain,Laundry Basket
  Textiles|Rugs|RU|219|120|professional cleaning|wool,jute,recycled cotton|Runner,Kilim,Hall Rug,Bedside Rug,Round Rug,Kitchen Rug
  Garden|Outdoor|OU|99|60|store dry in winter|galvanised steel,teak,terracotta|Watering Can,Planter,Garden Bench,Hammock,Fire Bowl,Lantern`);

/** An article and a series make a product. */
export const series = entries(`
  Aldra; Birke; Calma; Dahlia; Espen; Fjell; Grund; Hallund; Iduna; Juno; Kant; Lysa; Marlin; Nordlys; Oslo; Pavo; Quist;
  Rille; Solveig; Tind; Ulme; Vada; Wald; Ystad; Zeno`);

export const colours = entries(`
  natural; black; white; smoked; sage; ochre; midnight blue; sand; rust; graphite; oat; moss green`);

export const praises = entries(`
  Designed in our Hamburg studio and made by a family workshop in the Black Forest.; Every piece is finished by hand, so no
  two are quite alike.; Ships flat and is ready in ten minutes without tools.; The surface is left matt and ages well.;
  Spare parts stay available for at least fifteen years.; Tested for harmful substances by an independent laboratory.;
  A favourite since our very first catalogue.; Pairs well with the rest of the series.; Packed without a gram of plastic.;
  Winner of a German Design Award.; Small enough for a city flat, generous enough for guests.; Made to be repaired.; In the
  autumn we add two more colours.; The proportions follow a classic of the nineteen-fifties.; Comes with a five-year guarantee.`);

/** What people write with four or five stars. */
export const kindWords = entries(`
  Looks exactly as in the photographs.; Arrived two days early and well packed.; Very sturdy.; I would buy it again at once.;
  Bought two more for my parents.; Not cheap, but you can tell why.; After a year of daily use it is as good as new.; A part was
  missing, the support sent it the next day.; My partner was sceptical and now wants a second one.; Goes well with the old things
  we have.; Third piece of the series, still in love.; The colour is even warmer than on my screen.; Feels good in the hand.`);

/** What people write with fewer. */
export const harshWords = entries(`
  The colour is darker than on my screen.; Smelled odd for a week, better since.; The description could be clearer.; Came with
  a scratch, got 15 % back after two e-mails.; Heavier than I expected.; The delivery took three weeks.; I sent it back, at least
  that was easy.; Smaller than it looks in the photographs.; For this price I expected more.; Nice idea, poor finish.; The box was
  wet and torn.; Broke in the second month, the replacement is on its way.; It does what it should, no more.`);

/** Titles of reviews, from one star to five. */
export const verdicts = entries(
  "Not for me|Disappointing; Could be better|Meh; Fine|As expected; Really good|Well made; Perfect|Love it!",
);

export const customerNotes = entries(`
  Prefers delivery after 17:00.; Please ring at the neighbour's, second floor left.; Asked for an invoice with VAT id twice.;
  Complained about scratches, 10 % refunded as a courtesy.; Wholesale enquiry forwarded to sales.; Do not call, e-mail only!;
  Moved in spring, old address still on file.; Interior designer, buys for clients.; VIP; Double account? Check with Jana.`);

export const orderNotes = entries(`
  Leave the parcel in the garage, please.; It is a present: no invoice in the box!; Entrance through the courtyard.;
  Bitte beim Nachbarn abgeben.; Please deliver in the week after Easter.; Sonner chez M. Girard si absent.; 3. Stock, kein Lift`);

export const agents = lines(`
  Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1
  Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0
  Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36
  Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15`);
