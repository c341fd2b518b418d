"""Czech first names and surnames, each surname with its feminine form as people really write it."""

import unicodedata

MEN = (
    "Jiří", "Jan", "Petr", "Josef", "Pavel", "Martin", "Tomáš", "Jaroslav", "Miroslav", "Zdeněk",
    "Václav", "Michal", "František", "Jakub", "Milan", "Karel", "Lukáš", "David", "Vladimír", "Ladislav",
    "Ondřej", "Roman", "Stanislav", "Marek", "Radek", "Daniel", "Antonín", "Vojtěch", "Filip", "Libor",
    "Aleš", "Bohumil",
)  # fmt: skip
WOMEN = (
    "Jana", "Marie", "Eva", "Hana", "Anna", "Lenka", "Kateřina", "Lucie", "Věra", "Alena", "Petra",
    "Veronika", "Jaroslava", "Martina", "Jitka", "Tereza", "Ludmila", "Helena", "Michaela", "Zdeňka",
    "Ivana", "Jarmila", "Monika", "Zuzana", "Jiřina", "Markéta", "Eliška", "Barbora", "Dagmar", "Dana",
    "Vlasta", "Žaneta",
)  # fmt: skip
SURNAMES = (
    ("Novák", "Nováková"), ("Svoboda", "Svobodová"), ("Novotný", "Novotná"), ("Dvořák", "Dvořáková"),
    ("Černý", "Černá"), ("Procházka", "Procházková"), ("Kučera", "Kučerová"), ("Veselý", "Veselá"),
    ("Horák", "Horáková"), ("Němec", "Němcová"), ("Pokorný", "Pokorná"), ("Marek", "Marková"),
    ("Pospíšil", "Pospíšilová"), ("Hájek", "Hájková"), ("Jelínek", "Jelínková"), ("Král", "Králová"),
    ("Růžička", "Růžičková"), ("Beneš", "Benešová"), ("Fiala", "Fialová"), ("Sedláček", "Sedláčková"),
    ("Doležal", "Doležalová"), ("Zeman", "Zemanová"), ("Kolář", "Kolářová"), ("Krejčí", "Krejčí"),
    ("Navrátil", "Navrátilová"), ("Čermák", "Čermáková"), ("Urban", "Urbanová"), ("Vaněk", "Vaňková"),
    ("Blažek", "Blažková"), ("Kříž", "Křížová"), ("Kratochvíl", "Kratochvílová"), ("Kovář", "Kovářová"),
    ("Bartoš", "Bartošová"), ("Vlček", "Vlčková"), ("Polák", "Poláková"), ("Musil", "Musilová"),
    ("Kopecký", "Kopecká"), ("Šimek", "Šimková"), ("Konečný", "Konečná"), ("Malý", "Malá"),
    ("Holub", "Holubová"), ("Čech", "Čechová"), ("Staněk", "Staňková"), ("Kadlec", "Kadlecová"),
    ("Štěpánek", "Štěpánková"), ("Dostál", "Dostálová"), ("Soukup", "Soukupová"), ("Šťastný", "Šťastná"),
    ("Mareš", "Marešová"), ("Moravec", "Moravcová"), ("Sýkora", "Sýkorová"), ("Tichý", "Tichá"),
    ("Valenta", "Valentová"), ("Vávra", "Vávrová"), ("Matoušek", "Matoušková"), ("Říha", "Říhová"),
    ("Bláha", "Bláhová"), ("Ševčík", "Ševčíková"), ("Bureš", "Burešová"), ("Hruška", "Hrušková"),
    ("Mašek", "Mašková"), ("Dušek", "Dušková"), ("Pavlík", "Pavlíková"), ("Havlíček", "Havlíčková"),
    ("Janda", "Jandová"), ("Hrubý", "Hrubá"), ("Mach", "Machová"), ("Liška", "Lišková"),
    ("Zapletal", "Zapletalová"), ("Vymětal", "Vymětalová"), ("Martinů", "Martinů"), ("Zbořil", "Zbořilová"),
    ("Odstrčil", "Odstrčilová"), ("Nevřiva", "Nevřivová"), ("Skácel", "Skácelová"), ("Gajdoš", "Gajdošová"),
    ("Pumprla", "Pumprlová"), ("Ptáček", "Ptáčková"), ("Zaoral", "Zaoralová"), ("Vrána", "Vránová"),
)  # fmt: skip


def plain(text: str) -> str:
    """Lower case without diacritics, as logins are written: `Žaneta` gives `zaneta`."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
