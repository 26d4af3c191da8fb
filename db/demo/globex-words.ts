import { entries } from "./quote";

/** Name, country, longitude, latitude. */
export const depots = entries(`
  Hamburg Altenwerder|DE|9.92|53.50; Berlin Großbeeren|DE|13.30|52.36; Leipzig Wiedemar|DE|12.20|51.47; München Garching|DE|11.65|48.25;
  Köln Eifeltor|DE|6.91|50.89; Frankfurt Gateway Gardens|DE|8.60|50.05; Stuttgart Kornwestheim|DE|9.18|48.86; Nürnberg Hafen|DE|11.06|49.40;
  Wien Inzersdorf|AT|16.34|48.13; Linz Hörsching|AT|14.18|48.23; Graz Werndorf|AT|15.49|46.92; Zürich Spreitenbach|CH|8.37|47.42;
  Basel Pratteln|CH|7.69|47.52; Paris Gennevilliers|FR|2.29|48.93; Lyon Saint-Priest|FR|4.94|45.70; Lille Dourges|FR|2.99|50.44;
  Milano Segrate|IT|9.29|45.49; Verona Quadrante Europa|IT|10.93|45.41; Barcelona Zona Franca|ES|2.13|41.34; Madrid Coslada|ES|-3.56|40.43;
  Rotterdam Maasvlakte|NL|4.02|51.95; Antwerpen Noord|BE|4.38|51.27; København Taulov|DK|9.61|55.54; Göteborg Arendal|SE|11.83|57.69;
  Praha Jažlovice|CZ|14.63|49.97; Warszawa Janki|PL|20.88|52.13; Poznań Komorniki|PL|16.80|52.33; Budapest Gyál|HU|19.22|47.38;
  Ljubljana Moste|SI|14.55|46.06; Bratislava Senec|SK|17.40|48.22`);

/** Maker and model | kind | payload in kilograms. */
export const models = entries(`
  Mercedes-Benz Actros 1845|tractor|26000; MAN TGX 18.470|tractor|25500; Scania R 450|tractor|25800; Volvo FH 460|tractor|25900;
  DAF XF 480|tractor|25600; Iveco S-Way 490|tractor|25700; MAN TGL 12.250|truck|6100; Mercedes-Benz Atego 1224|truck|6400;
  Mercedes-Benz Sprinter 317|van|1150; Ford Transit 350|van|1280; Volkswagen Crafter 35|van|1190; Mercedes-Benz eSprinter|van|1040;
  Renault E-Tech T|tractor|22000; Krone Profi Liner|trailer|27200; Schmitz Cargobull S.CS|trailer|27500`);

export const trades = entries(`
  Maschinenbau; Medizintechnik; Lebensmittel; Automotive; Pharma; Baustoffe; Möbel; Elektronik; Textil; Chemie; Papier;
  Werkzeuge; Druckerei; Optik; Sanitär; Saatgut`);

export const forms = entries("GmbH; GmbH & Co. KG; AG; S.A.S.; S.p.A.; B.V.; Sp. z o.o.; A/S; e. K.; KG; S.L.; a.s.");

export const goods = entries(`
  Machine parts on pallets; Spare gearboxes; Organic oat flakes, 25 kg bags; Solar inverters; Hospital beds; Insulin, 2-8 °C;
  Ceramic tiles; Flat-pack wardrobes; Laptops; Winter tyres; Bottled mineral water; Lithium batteries UN 3480; Frozen berries, -18 °C;
  Books and calendars; Paint, water-based; LED luminaires; Bicycle frames; Optical lenses; Cotton fabric, rolls; Dental implants;
  Seed potatoes; Printed cartons; Bathroom fittings; Steel profiles, 6 m; Trade-fair stand; Cut flowers; Wine, 12 x 0.75 l`);

export const remarks = entries(`
  Consignee closed, second attempt tomorrow; Address incomplete, dispatcher informed; Pallet re-wrapped at the depot; Held by customs:
  invoice missing; Left with the gate porter; Delay because of an accident on the A7; Temperature within limits; Seal checked and intact;
  Signed by the neighbour; Forklift not available, waiting; Carton dented, photograph taken; Snow on the Brenner, 3 hours behind plan`);

export const repairs = entries(`
  Oil and filters changed.; Brake pads front axle replaced.; Main inspection passed, next one in twelve months.; Tyres 3 and 4 renewed.;
  AdBlue sensor replaced under warranty.; Clutch adjusted.; Tail lift: hydraulic hose leaking, renewed.; Windscreen chip filled.;
  Software update of the tachograph.; Battery tested at 92 %.; Cooling unit serviced, refrigerant topped up.; Wheel alignment corrected.;
  Bodywork: scratch on the left side door polished.; Trailer coupling greased.; Air dryer cartridge replaced.; Headlights adjusted.`);

export const clauses = entries(`
  The goods were handed over in apparent good order and condition unless stated otherwise below.; The carrier is liable under the CMR
  convention for loss or damage between taking over and delivery.; Number of packages, marks and gross weight are as declared by the sender.;
  Carriage paid to the named place, unloading is for the consignee's account.; Reservations have to be entered here before the driver leaves.;
  Temperature records are kept for twelve months and provided on request.; Waiting time beyond two hours is charged by the half hour.;
  Loading aids are exchanged step by step, any balance is settled monthly.; Dangerous goods are carried under ADR with the instructions
  in writing on board.; This document was made electronically and is valid without a signature.`);
