"""Words that many passwords are made of: letters a to z only, four and more.

The English ones are the most frequent of leaked passwords, from the lists of zxcvbn (MIT licence); the Czech ones are
the same kinds of our own: names, months, towns, what stands on a desk.
"""

COMMON_WORDS = frozenset(
    """
access accord action adam adela adidas admin administrator ahoj airborne airforce airplane alabama alaska alena
alexande alexandr alexis alpha america andrey angel angels anicka animal anna apache apollo apple apples april
arizona arsenal asdasd asdf asdfasdf asdfg asdfgh asdfghjk asdfghjkl atlanta august austin autumn avalon avatar
awesome azerty babicka babygirl badboy badger baller bambam banan banana bandit banik bara barbie barbora
barney baseball batman bear beatles beauty beaver beavis becherovka beer berlin bigboy bigdaddy bigdog bigmac
bigman bigred billybob birdie blazer blizzard blonde blue bluebird bobafett bollocks booger boogie boomer boston
bowling brana brandy braves brazil brezen britney brno bronco broncos brooklyn broucek browns brutus bubba
bubble bubbles buddha buddy budlight buffalo bulldog bulldogs bullet buster butter cadillac caesar camaro
cameron canada cancer captain cardinal carolina cartman casino casper cassie catfish celtic cerny cerven
cervenec ceska cesko chalupa champion changeme charlie chata cheese chelsea cherokee cherry chester chevelle
chevy cheyenne chicago chicken chocolat chopper christ christia christin chronic cigareta cjkysirj classic cobra
cocacola coffee cokolada colorado compaq computer connor cookie copper corvette cougar cowboy cowboys creative
cricket cthutq ctvrtek czech dakota dallas dana dancer danger daniel darkness darkside darkstar databaze david
dbrnjhbz december deda dedecek defender destiny detroit devils dexter diablo diamond diesel digger digital
dilbert disney dobryden doctor dodgers doggie dolphin dolphins doma dominik domino domov donkey dragon dreamer
dreams driver drowssap drummer duben ducati dvorak eagle eagles eclipse einstein electric elephant eliska
elizabet eminem empire engineer enigma enter everton evicka excel explorer extreme fabia falcon fantasy february
felicia fender ferrari filip fire fireball firebird fireman fish fishing fktrcfylh flash florida flower fluffy
flyers football forest forever fotbal franta frantisek freddy freedom freepass freeuser friday froggy fyfcnfcbz
fylhtq galina galore gandalf garfield gateway gators gemini genesis genius gfhjkm ghbdtn giants ginger goblue
godzilla golden goldfish golf golfer goober google greenday guinness guitar gulas gundam gunner hacker hammer
hana hannah harley hawaii hawkeye heaven helena hellfire hello helpme hendrix hercules hesel hesla
heslicko heslo hiphop hitman hobbes hockey hokej holesov holiday honda honza honzik horse horses hotdog
hotrod hruska hulin hummer hunter icecream iceman iloveyou infinity internet ironman ivana iwantu jablko
jagr jaguar jahoda jakub jana january jarmila jaro jasmine jasper jester jiri jirka jitka jordan josef july june
junior jupiter justice juventus kafe kapr karel karina karlik katana katerina katka kava kawasaki killer kirill
kitten kitty klara klaster knedlik kocicka kocka kodiak koruna kotatko kral kristyna kromeriz kveten kvetina
kvetinka lacrosse lakers lasicka laska lasko lasvegas leather leden legend lenka lennon letmein leto liberty
lifehack lights listopad liverpoo liverpool lizard login logitech london longhorn love lovely loveme
lover loverboy lovers loveyou lucie lucifer lucky ludmila lukas machine maddog madison madman madmax madonna
maggie magic magnum maksim maminka manutd march marek marie marina marine marines marlboro marley martin martina
maruska maryjane master matej matrika matrix maverick maxima maximus maxwell medvidek mercedes mercury merlin
mesto metallic metallica mexico michaela michal michigan mickey microsoft midnight milan miluju milujute
minecraft misa mnbvcxz monday money monika monkey monster montana mookie morava moravska mother motorola motylek
mountain mouse mozart muffin mustang naruto nascar nastya natali natalka natasha nazdar nedele nedved nemesis
newport newyork nfnmzyf nikita nikola nintendo nirvana nissan novak novakova november obec octavia
october office oksana oliver olomouc ondrej online orange ostrava outlaw packard packers pakistan pandora
pantera panther panthers panzer paradise pass passion passport password patches patek patriots pavel pavilion
peaches peanut pearljam peekaboo pegasus pejsek penguin penize pepa pepicek pepper petr petra phantom
phoenix phpbb picard pickle pirate pivo platinum player plzen pocitac podatelna podzim pokemon
police polina pondeli pontiac poohbear pookie popcorn popeye porsche prace praha precious predator
presario prihlaseni prince princess pristup private prosinec psycho pumpkin purple pyramid qazqaz qazwsx
qazwsxedc qazxsw qwaszx qweasd qweasdzxc qweqwe qwert qwerty qwertyu qwertyui qwertyuiop rabbit racing radek
radnice raider raiders rainbow ranger rangers raptor rascal raven razz reddog redhead redrum redskins redsox
redwings referent republika rijen rocket rocks rockstar rodina rolltide roman ronaldo rooster root rosebud rulez
runner ruslan russia ruzicka sailor saints samantha samson samsung sandman saturday saturn scarface scooby
scooter scorpio scorpion scotland scotty seattle secret security semperfi september serega serenity sergey
server shadow shaggy shelby shooter shorty sierra silver simona simple simpsons skipper skippy skoda skola
skyline slavia slayer slezsko slipknot sluncko slunicko smokey smooth snickers sniper snoopy snowball snowman
sobota soccer softball sophie sparky sparta speedy spider spiderma spiderman spike spirit spisovna spitfire
spooky spravce spring srpen stalker star stargate starosta startrek starwars steelers stepan stingray stinky
streda strike stupid sublime success summer sunday sunset sunshine super superman surfer suzuki svetlana svoboda
svobodova swimming swordfis swordfish sydney system tajne tajneheslo target tarheels tatinek tattoo taurus
tennis tereza terezka test tester testing testovaci thailand theman theone therock thumper thunder thursday
tiger tigers tigger tinker titanic tomas tomcat topgun tornado toyota trinity trooper trouble trucks tuesday
turkey turtle tweety ucetni unor urad user utery uzivatel vaclav valentin vampire vasek vegeta vera veronika
vfhbyf vfrcbv victory viking vikings viktor viper vision vitejte vladimir vojta vojtech voodoo voyager warcraft
warrior weasel wednesday welcome westside whatever whynot wildcat wildcats willow windows winner winston winter
wizard wolfpack wolverin wolves wombat wrangler wutang xavier xfiles yamaha yankee yankees yellow yfnfif ytrewq
zahrada zari zbrojovka zdenek zeppelin zima zkouska zkusebni zlaticko zombie zuzana zuzka zxcvbn zxcvbnm
""".split()  # noqa: SIM905 - a list would be a page long
)
