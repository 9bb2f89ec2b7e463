"""Places and their time zones.

Source of the zone names: the IANA time zone database (https://www.iana.org/time-zones). Countries with several
zones stand for their capital's, and a place of which there are many stands for the largest.
"""

import re
from typing import Final

_PLACES: Final = """
Africa/Abidjan: abidjan, ivory coast
Africa/Accra: accra, ghana
Africa/Addis_Ababa: addis ababa, ethiopia
Africa/Algiers: algiers, algeria
Africa/Cairo: cairo, egypt
Africa/Casablanca: casablanca, morocco, marrakesh, rabat
Africa/Dakar: dakar, senegal
Africa/Dar_es_Salaam: dar es salaam, tanzania
Africa/Harare: harare, zimbabwe
Africa/Johannesburg: johannesburg, cape town, pretoria, south africa
Africa/Kampala: kampala, uganda
Africa/Kigali: kigali, rwanda
Africa/Kinshasa: kinshasa
Africa/Lagos: lagos, abuja, nigeria
Africa/Nairobi: nairobi, kenya
Africa/Tunis: tunis, tunisia
America/Anchorage: anchorage, alaska
America/Argentina/Buenos_Aires: buenos aires, argentina
America/Bogota: bogota, bogotá, colombia, medellin
America/Caracas: caracas, venezuela
America/Chicago: chicago, houston, dallas, austin, texas, new orleans, minneapolis
America/Costa_Rica: costa rica
America/Denver: denver, salt lake city, colorado
America/Edmonton: edmonton, calgary
America/Guatemala: guatemala
America/Halifax: halifax
America/Havana: havana, cuba
America/Jamaica: jamaica, kingston
America/La_Paz: la paz, bolivia
America/Lima: lima, peru
America/Los_Angeles: los angeles, san francisco, seattle, san diego, las vegas, portland, california, silicon valley
America/Mexico_City: mexico city, mexico
America/Montevideo: montevideo, uruguay
America/New_York: new york, nyc, boston, washington, philadelphia, miami, atlanta, detroit, usa, united states
America/Panama: panama
America/Phoenix: phoenix, arizona
America/Santiago: santiago, chile
America/Sao_Paulo: sao paulo, são paulo, rio de janeiro, brasilia, brazil
America/St_Johns: newfoundland
America/Toronto: toronto, montreal, ottawa, canada
America/Vancouver: vancouver
America/Winnipeg: winnipeg
Asia/Almaty: almaty, kazakhstan
Asia/Amman: amman, jordan
Asia/Baghdad: baghdad, iraq
Asia/Baku: baku, azerbaijan
Asia/Bangkok: bangkok, thailand
Asia/Beirut: beirut, lebanon
Asia/Colombo: colombo, sri lanka
Asia/Dhaka: dhaka, bangladesh
Asia/Dubai: dubai, abu dhabi, united arab emirates, uae
Asia/Ho_Chi_Minh: ho chi minh city, saigon, hanoi, vietnam
Asia/Hong_Kong: hong kong
Asia/Jakarta: jakarta, indonesia
Asia/Jerusalem: jerusalem, tel aviv, israel
Asia/Kabul: kabul, afghanistan
Asia/Karachi: karachi, lahore, islamabad, pakistan
Asia/Kathmandu: kathmandu, nepal
Asia/Kolkata: kolkata, mumbai, delhi, new delhi, bangalore, bengaluru, chennai, hyderabad, india
Asia/Kuala_Lumpur: kuala lumpur, malaysia
Asia/Kuwait: kuwait
Asia/Makassar: bali
Asia/Manila: manila, philippines
Asia/Qatar: doha, qatar
Asia/Riyadh: riyadh, saudi arabia
Asia/Seoul: seoul, busan, south korea, korea
Asia/Shanghai: shanghai, beijing, shenzhen, guangzhou, china
Asia/Singapore: singapore
Asia/Taipei: taipei, taiwan
Asia/Tashkent: tashkent, uzbekistan
Asia/Tbilisi: tbilisi
Asia/Tehran: tehran, iran
Asia/Tokyo: tokyo, osaka, kyoto, japan
Asia/Ulaanbaatar: ulaanbaatar, mongolia
Asia/Yangon: yangon, myanmar
Asia/Yerevan: yerevan, armenia
Atlantic/Azores: azores
Atlantic/Reykjavik: reykjavik, iceland
Australia/Adelaide: adelaide
Australia/Brisbane: brisbane
Australia/Darwin: darwin
Australia/Melbourne: melbourne
Australia/Perth: perth
Australia/Sydney: sydney, canberra, australia
Europe/Amsterdam: amsterdam, rotterdam, netherlands, holland
Europe/Athens: athens, greece
Europe/Belgrade: belgrade, serbia
Europe/Berlin: berlin, munich, münchen, hamburg, frankfurt, cologne, köln, germany
Europe/Bratislava: bratislava, slovakia
Europe/Brussels: brussels, belgium
Europe/Bucharest: bucharest, romania
Europe/Budapest: budapest, hungary
Europe/Copenhagen: copenhagen, denmark
Europe/Dublin: dublin, ireland
Europe/Helsinki: helsinki, finland
Europe/Istanbul: istanbul, ankara, turkey, türkiye
Europe/Kyiv: kyiv, kiev, ukraine
Europe/Lisbon: lisbon, porto, portugal
Europe/Ljubljana: ljubljana, slovenia
Europe/London: london, manchester, edinburgh, england, scotland, wales, britain, united kingdom, uk
Europe/Luxembourg: luxembourg
Europe/Madrid: madrid, barcelona, valencia, spain
Europe/Malta: malta
Europe/Minsk: minsk, belarus
Europe/Monaco: monaco
Europe/Moscow: moscow, saint petersburg, russia
Europe/Oslo: oslo, norway
Europe/Paris: paris, lyon, marseille, france
Europe/Prague: prague, czechia, czech republic
Europe/Riga: riga, latvia
Europe/Rome: rome, milan, naples, florence, venice, italy
Europe/Sofia: sofia, bulgaria
Europe/Stockholm: stockholm, gothenburg, sweden
Europe/Tallinn: tallinn, estonia
Europe/Vienna: vienna, austria
Europe/Vilnius: vilnius, lithuania
Europe/Warsaw: warsaw, krakow, poland
Europe/Zagreb: zagreb, croatia
Europe/Zurich: zurich, zürich, geneva, bern, basel, switzerland
Indian/Maldives: maldives
Indian/Mauritius: mauritius
Pacific/Auckland: auckland, wellington, new zealand
Pacific/Fiji: fiji
Pacific/Honolulu: honolulu, hawaii
UTC: utc, gmt, greenwich mean time, zulu time
"""

ZONES: Final = {
    place.strip(): zone
    for line in _PLACES.strip().splitlines()
    for zone, _, places in [line.partition(":")]
    for place in places.split(",")
}
"""Place in lower case to IANA zone."""

_NAMES: Final = re.compile(
    # Longest first, so that "new delhi" is not read as "delhi".
    r"(?<!\w)(?:" + "|".join(sorted(map(re.escape, ZONES), key=len, reverse=True)) + r")(?!\w)",
    re.IGNORECASE,
)
_IANA: Final = re.compile(
    r"\b(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific|Etc)/[\w+/-]+"
)


def find_places(text: str) -> list[tuple[str, str]]:
    """Places in `text` as it writes them, each with its zone, in order; a zone is named once."""
    found = {match.start(): (match[0], match[0].rstrip("/-")) for match in _IANA.finditer(text)}
    taken = {match.span() for match in _IANA.finditer(text)}
    for match in _NAMES.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            found[match.start()] = (match[0], ZONES[match[0].lower()])
    by_zone: dict[str, tuple[str, str]] = {}
    for _, (place, zone) in sorted(found.items()):
        by_zone.setdefault(zone, (place, zone))
    return list(by_zone.values())
