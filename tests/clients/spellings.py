"""How people and programs write countries: the code, and its spellings between bars; some have several lines."""

from __future__ import annotations

# Browsers, Java, .NET and Windows, WooCommerce, Magento, Shopify, PayPal, the UN's, the World Bank's and ISO's lists,
# EU VAT, and what is typed by hand.
WRITTEN = """
AD Andorra | Principality of Andorra | AND
AE UAE | U.A.E. | United Arab Emirates | The United Arab Emirates | Emirates | ARE
AG Antigua & Barbuda | Antigua and Barbuda | Antigua/Barbuda
AL Albania | Republic of Albania | Shqipëri | Shqiperi
AM Armenia | ARM | Հայաստան
AT Austria | Österreich | Osterreich | Oesterreich | ÖSTERREICH | Republic of Austria
AX Åland Islands | Aland Islands | Åland | Aaland Islands
AZ Azerbaijan | Azərbaycan | Azerbaycan | AZERBAYCAN
BA Bosnia & Herzegovina | Bosnia and Herzegovina | Bosnia-Herzegovina | Bosnia | Bosnia Hercegovina | BiH
BD Bangladesh | People's Republic of Bangladesh | People’s Republic of Bangladesh
BE Belgium | België | Belgie | Belgique | Belgien | BEL
BG Bulgaria | България | BGR
BL St. Barthélemy | Saint Barthelemy | Saint-Barthélemy | ST BARTHELEMY
BN Brunei | Brunei Darussalam
BO Bolivia | Bolivia, Plurinational State of | Bolivia (Plurinational State of) | Plurinational State of Bolivia
BQ Caribbean Netherlands | Bonaire, Sint Eustatius and Saba | Bonaire, Saint Eustatius and Saba | Bonaire
BR Brazil | Brasil | Federative Republic of Brazil
BS Bahamas | The Bahamas | Bahamas, The | Bahamas (the)
BY Belarus | Беларусь
CA Canada | CAN | canada
CC Cocos (Keeling) Islands | Cocos Keeling Islands | Cocos Islands
CD Congo - Kinshasa | Congo (DRC) | Congo, The Democratic Republic of the | Congo (the Democratic Republic of the)
CD Democratic Republic of the Congo | Democratic Republic of Congo | DR Congo | D.R. Congo | Congo, Dem. Rep. | DRC
CF Central African Republic | Central African Republic (the) | République centrafricaine | CAR
CG Congo - Brazzaville | Congo | Congo (Republic) | Republic of the Congo | Congo, Rep. | Congo (the)
CG Congo-Brazzaville
CH Switzerland | Schweiz | Suisse | Svizzera | Swiss Confederation | CHE
CI Côte d’Ivoire | Côte d'Ivoire | Cote d'Ivoire | Cote D Ivoire | COTE DIVOIRE | Ivory Coast | The Ivory Coast
CI Côte d`Ivoire
CN China | People's Republic of China | PR China | P.R. China | PRC | China, People's Republic of | 中国
CN China mainland
CU Cuba | Republic of Cuba
CV Cape Verde | Cabo Verde | Republic of Cabo Verde
CW Curaçao | Curacao | CURAÇAO
CY Cyprus | Κύπρος | Kıbrıs | KIBRIS
CZ Czechia | Czech Republic | The Czech Republic | Česko | Cesko | Česká republika | CZE
DE Germany | Deutschland | DEU | Federal Republic of Germany | Bundesrepublik Deutschland | GERMANY
DK Denmark | Danmark | DNK | dk | Kingdom of Denmark
DO Dominican Republic | The Dominican Republic | Dominican Rep. | República Dominicana
EE Estonia | Eesti
EG Egypt | Egypt, Arab Rep. | Arab Republic of Egypt | مصر
EH Western Sahara
ES Spain | España | Espana | ESPAÑA | Kingdom of Spain | IC | Canary Islands | Ceuta & Melilla | EA
ET Ethiopia | Federal Democratic Republic of Ethiopia
FI Finland | Suomi | FIN
FJ Fiji | Fiji Islands
FK Falkland Islands | Falkland Islands (Malvinas) | Falkland Islands (Islas Malvinas) | The Falkland Islands
FM Micronesia | Micronesia, Federated States of | Federated States of Micronesia | Micronesia (Federated States of)
FO Faroe Islands | Faeroe Islands | Føroyar | Foroyar
FR France | French Republic | FRA | République française | France, Metropolitan
GB UK | U.K. | uk | United Kingdom | The United Kingdom | United Kingdom (UK) | Great Britain | G.B. | GBR | Britain
GB England | Scotland | Wales | Northern Ireland | XI | United-Kingdom | UnitedKingdom
GB United Kingdom of Great Britain and Northern Ireland | United Kingdom of Great Britain & Northern Ireland
GE Georgia | საქართველო
GG Guernsey | Sark
GL Greenland | Kalaallit Nunaat
GM Gambia | The Gambia | Gambia, The | Gambia (the) | Republic of The Gambia
GN Guinea | Guinée | Guinee
GQ Equatorial Guinea | Guinea Ecuatorial
GR Greece | EL | Ελλάδα | ΕΛΛΑΔΑ | Hellas | Hellenic Republic | GRC
GS South Georgia & South Sandwich Islands | South Georgia and the South Sandwich Islands
GS South Georgia/Sandwich Islands
GW Guinea-Bissau | Guinea Bissau | Guiné-Bissau
HK Hong Kong SAR China | Hong Kong | Hongkong | Hong Kong SAR | Hong Kong S.A.R. | Hong Kong SAR, China | HKG | 香港
HK China, Hong Kong Special Administrative Region | Hong Kong, China
HM Heard & McDonald Islands | Heard Island and McDonald Islands | Heard Island & Mcdonald Islands
HR Croatia | Hrvatska | Republic of Croatia
HU Hungary | Magyarország | Magyarorszag | Republic of Hungary
IE Ireland | Republic of Ireland | Ireland, Republic of | Ireland (Republic) | Éire | Eire | IRL
IM Isle of Man | The Isle of Man | IMN
IN India | Bharat | भारत | Republic of India
IO British Indian Ocean Territory | The British Indian Ocean Territory | Diego Garcia | Chagos Archipelago
IR Iran | Iran, Islamic Republic of | Iran (Islamic Republic of) | Islamic Republic of Iran | Iran, Islamic Rep.
IS Iceland | Ísland | Island
IT Italy | Italia | ITALIA | Italian Republic
JE Jersey
JP Japan | 日本 | Nippon
KG Kyrgyzstan | Kyrgyz Republic | Кыргызстан
KN St. Kitts & Nevis | Saint Kitts and Nevis | St Kitts and Nevis | St.Kitts & Nevis | ST KITTS NEVIS
KN Saint Kitts & Nevis
KP North Korea | Korea, North | Korea (North) | Korea, Democratic People's Republic of | DPRK | N. Korea
KP Democratic People's Republic of Korea | Korea (the Democratic People's Republic of) | Korea, Dem. People's Rep.
KR South Korea | Korea, South | Korea (South) | Republic of Korea | Korea, Republic of | Korea (the Republic of)
KR Korea, Rep. | The Republic of Korea | S. Korea | ROK | 대한민국 | 한국 | KOR
KY Cayman Islands | The Cayman Islands
KZ Kazakhstan | Қазақстан | Казахстан | Kazakstan
LA Laos | Lao People's Democratic Republic | Lao People’s Democratic Republic | Lao PDR | Lao P.D.R.
LC St. Lucia | Saint Lucia | St Lucia | SAINT LUCIA
LI Liechtenstein | Principality of Liechtenstein
LK Sri Lanka | ශ්රී ලංකාව | இலங்கை
LT Lithuania | Lietuva
LU Luxembourg | Luxemburg | Lëtzebuerg | Grand Duchy of Luxembourg
LV Latvia | Latvija
LY Libya | Libyan Arab Jamahiriya
MA Morocco | Maroc | المغرب
MD Moldova | Moldova, Republic of | Republic of Moldova | Republica Moldova
ME Montenegro | Crna Gora | Црна Гора
MF St. Martin | Saint Martin | Saint Martin (French part) | St. Martin (French part) | Saint-Martin
MK North Macedonia | Macedonia | FYROM | Republic of North Macedonia | Macedonia (FYROM) | Северна Македонија
MK The former Yugoslav Republic of Macedonia | Macedonia, the former Yugoslav Republic of
MM Myanmar (Burma) | Myanmar | Burma
MO Macao SAR China | Macao | Macau | Macao SAR | Macau SAR China | Macao SAR, China
MP Northern Mariana Islands | The Northern Mariana Islands | Northern Marianas
MU Mauritius | Maurice
MX Mexico | México | MEXICO
NC New Caledonia | Nouvelle-Calédonie | Nouvelle Caledonie
NL Netherlands | The Netherlands | Holland | Nederland | Netherlands (Kingdom of the) | Netherlands, The | NLD
NO Norway | Norge | Noreg | NOR
NZ New Zealand | Aotearoa | Aotearoa New Zealand
PF French Polynesia | Polynésie française
PH Philippines | The Philippines | Philippines (the) | Pilipinas | Republic of the Philippines
PL Poland | Polska | Republic of Poland
PM St. Pierre & Miquelon | Saint Pierre and Miquelon | Saint-Pierre-et-Miquelon
PN Pitcairn Islands | Pitcairn
PR Puerto Rico | PRI
PS Palestinian Territories | Palestine | State of Palestine | Palestine, State of | Palestinian Authority
PS Palestinian Territory, Occupied | West Bank and Gaza
PT Portugal | Portuguese Republic
RE Réunion | Reunion | La Réunion | Reunion Island
RO Romania | România | ROM | ROU
RS Serbia | Србија | Srbija | Republic of Serbia
RU Russia | Russian Federation | The Russian Federation | Россия | Российская Федерация | RUS
SA Saudi Arabia | Kingdom of Saudi Arabia | KSA
SE Sweden | Sverige | SWE
SH St. Helena | Saint Helena | Saint Helena, Ascension and Tristan da Cunha | Ascension Island | Tristan da Cunha
SI Slovenia | Slovenija
SJ Svalbard & Jan Mayen | Svalbard and Jan Mayen | Svalbard
SK Slovakia | Slovak Republic | The Slovak Republic | Slovensko
SS South Sudan | Republic of South Sudan
ST São Tomé & Príncipe | Sao Tome and Principe | São Tomé and Príncipe | Sao Tome & Principe | ST
SX Sint Maarten | Sint Maarten (Dutch part) | St. Maarten | Saint Martin (Dutch part)
SY Syria | Syrian Arab Republic | The Syrian Arab Republic
SZ Eswatini | Swaziland | eSwatini | Kingdom of Eswatini | Kingdom of Swaziland
TC Turks & Caicos Islands | Turks and Caicos Islands | The Turks and Caicos Islands
TF French Southern Territories | French Southern and Antarctic Lands
TH Thailand | ไทย
TL Timor-Leste | Timor Leste | East Timor | TP
TR Türkiye | Turkey | TURKEY | Turkiye | TÜRKİYE | Republic of Turkey | TUR
TT Trinidad & Tobago | Trinidad and Tobago | Trinidad
TW Taiwan | Taiwan, Province of China | Taiwan (Province of China) | 台灣 | 台湾
TZ Tanzania | Tanzania, United Republic of | United Republic of Tanzania | Tanzania (United Republic of)
UA Ukraine | The Ukraine | Україна | Украина
UM U.S. Outlying Islands | United States Minor Outlying Islands | US Minor Outlying Islands
US USA | U.S.A. | US | U.S. | U. S. A. | United States | The United States | United States of America
US United States (US)
US The United States of America | United States of America (the) | usa
UZ Uzbekistan | Oʻzbekiston | O'zbekiston | O‘zbekiston
VA Vatican City | Vatican | Holy See | Holy See (Vatican City State) | Vatican City State | The Holy See
VA Città del Vaticano
VC St. Vincent & Grenadines | Saint Vincent and the Grenadines | St. Vincent & the Grenadines
VC St Vincent and Grenadines
VE Venezuela | Venezuela, Bolivarian Republic of | Venezuela (Bolivarian Republic of) | Venezuela, RB
VE Bolivarian Republic of Venezuela
VG British Virgin Islands | Virgin Islands, British | Virgin Islands (British) | BVI
VI U.S. Virgin Islands | Virgin Islands, U.S. | Virgin Islands (U.S.) | US Virgin Islands | United States Virgin Islands
VN Vietnam | Viet Nam | Viet-Nam | Việt Nam | VIETNAM
WF Wallis & Futuna | Wallis and Futuna | Wallis and Futuna Islands
WS Samoa | Western Samoa
XK XK | xk | Kosovo | Republic of Kosovo | Kosova | Kosovë | Косово | XKX
YE Yemen | Republic of Yemen | Yemen, Rep.
ZA South Africa | Republic of South Africa | ZAF
ZM Zambia | Republic of Zambia
"""

SPELLINGS = [
    (spelling.strip(), line[:2]) for line in WRITTEN.strip().splitlines() for spelling in line[2:].split(" | ")
]
