// What the page says, in its two languages.

const TEXT = {
    en: {
        other: "Nederlands", pause: "Pause the lists", resume: "Resume",
        about: "What this page shows", counts: "Since counting began",
        plot: "Attempts over time", servers: "Servers and their modes",
        rules: "Rules", exempt: "Exemptions", sources: "Sources",
        front: "Turned away at the front", protocol: "Protocol", why: "Why",
        sessions: "Sessions",
        frontNote: "Sessions that the stream module ended. Each has a line "
            + "in the error log; they are not events.",
        whys: {
            early: "a message came before the answer to the greeting",
            method: "the ADC asked for an unknown login method",
            connect: "the second message was not a CONNECT",
            ticket: "the CONNECT named no STA ticket",
            inside: "neither ICA nor CGP followed",
            request: "an HTTP request followed the signature",
            long: "too many bytes before the ADC's answer",
            answer: "the ADC answered in another protocol",
            slow: "no greeting in time", silent: "the client sent nothing",
            limit: "too many connections from one address",
            denied: "the address is not allowed",
            upstream: "the ADC could not be reached",
            tls: "the TLS handshake failed",
        },
        events: "The last events", span: "Span", by: "By",
        reason: "Reason", outcome: "Outcome", verdict: "Verdict",
        earlier: "Earlier", later: "Later", chosen: "as selected",
        table: "The same as a table", history: "Changes of modes",
        filter: "Filter", all: "all", more: "Show more",
        time: "Time", client: "Client", target: "Target", status: "Status",
        server: "Server", modes: "Mode", since: "Since", passed: "Clean",
        blocked: "Blocked", detected: "Detected only", exempted: "Exempted",
        through: "May have got through", canary: "Canary", source: "Source",
        count: "Events", error: "Maximum overcount", last: "Last",
        details: "Details", none: "None.", gone: "no longer configured",
        others: "other servers", andMore: n => `and ${n} more`, otherRules: "other rules",
        reading: "Decoded as", host: "Host", method: "Method",
        id: "Reference", user_agent: "Browser", rule: "Rule", at: "Found",
        upstream: "Answer of the ADC", errors: "Could not be judged",
        where: "Where", what: "Exempts", gateway: "Gateway", node: "Node",
        nginx: "nginx", module: "citrix_guard", started: "Counting since",
        configured: "Configuration in force since", loads: "Reloads",
        letBy: "some were not refused", lostEvents: "Lost events",
        lostLines: "Error log lines left out", action: "Action",
        number: "Number",
        canary_name: "Canary's name", pass: "Exempted by it",
        todo: "What to do now", runbook: "Runbook: when something got through",
        mark: "may have got through", total: "total",
        whole: "the whole server",
        exemptMore: n => `And ${n} more places.`,
        detect_for: n => `detected only, from ${number(n)} `
            + `address${n === 1 ? "" : "es or networks"}`,
        wait: "Waiting for the first answer.",
        noAnswer: t => `No connection since ${t}: the data below may be out `
            + "of date.",
        fresh: t => `As of ${t}`,
        paused: t => `As of ${t}; the lists below are paused`,
        zone: z => `Times are those of ${z}`,
        skew: n => `the clocks of this computer and of the server differ by `
            + `${n} minutes`,
        unknown: "We cannot tell whether we are shielded: no connection to "
            + "the monitor.",
        refused: n => "We cannot tell whether we are shielded: the monitor "
            + `answers with status ${n}.`,
        garbled: "We cannot tell whether we are shielded: the monitor's "
            + "answer does not fit the version of this page. Reload the "
            + "page.",
        on: (names, t) => `We have been shielded since ${t} at ${names}`,
        clean: ", and there is no sign that anything got through since then.",
        detect: (names, t) => `Nothing is blocked at ${names}: the guard `
            + `only detects, since ${t}.`,
        detectPart: (names, t) => `In a part of ${names} not everything `
            + `is blocked, since ${t}: the guard only detects there, or the `
            + "attack is exempted.",
        off: (names, t) => `We are not shielded at ${names}: the guard is `
            + `off there, since ${t}.`,
        offPart: (names, t) => `We are not shielded in a part of ${names}: `
            + `the guard is off there, since ${t}.`,
        clock: "We cannot tell whether we are shielded: the server's clock "
            + "was set back, so the times below are wrong.",
        noServer: "We cannot tell whether we are shielded: no server is "
            + "configured that could be guarded.",
        lost: n => "We cannot tell whether anything got through: "
            + `${number(n)} event${n === 1 ? " was" : "s were"} not written `
            + "to the log in full.",
        got: (n, names, t) => `${number(n)} request${n === 1 ? "" : "s"} may `
            + `have got through at ${names}, the last one on ${t}.`,
        gotUnknown: n => `The ADC's answer to ${number(n)} of them is not `
            + "known.",
        known: (n, by, t) => `${number(n)} that may have got through `
            + `${n === 1 ? "was" : "were"} acknowledged by ${by} on ${t}`,
        alsoOn: (names, t) => `Blocked at ${names}, since ${t}.`,
        alsoNot: names => `Not everything is blocked at ${names}.`,
        nothing: "There is no sign that anything got through.",
        blind: "Nothing is checked or recorded there, so it is not known what "
            + "got through.",
        unsaved: "A restart would forget what is counted now: the file of "
            + "citrix_guard_state cannot be written: see the error log.",
        damaged: t => `We cannot tell whether anything got through before ${t}:`
            + " the counters saved before then are damaged.",
        beside: "We cannot tell whether we are shielded: after an upgrade "
            + "another nginx accepts connections as well, with a "
            + "configuration of its own.",
        unreadable: "We cannot tell whether we are shielded: the guard may not "
            + "read whether another nginx accepts connections as well.",
        uncounted: t => `We cannot tell whether anything got through before ${t}:`
            + " until then another nginx served without counting here, or "
            + "nginx was killed before it had saved its counters.",
        letBySentence: (name, t) => "We are not shielded everywhere: the "
            + `guard is on and did not refuse our own test attack "${name}", `
            + `the last time on ${t}.`,
        forwarded: n => `${number(n)} reached the ADC, without a sign of `
            + "success.",
        doThrough: n => ["Block: set citrix_guard on, remove exemptions, reload, "
            + "and check below that the mode is on.",
            "Preserve the evidence: copy the log of events, nginx's logs and "
            + "this page's JSON to another machine. Do not restart nginx or "
            + "the ADC before that is done.",
            "Tell the people who decide, and write down when you learned "
            + "what.",
            "Treat the ADC as compromised until an investigation has shown "
            + "that it is not. The runbook has all steps: read the events, "
            + "disconnect the ADC and keep it running, have images made of "
            + "its memory and disk, reinstall and patch it, replace its keys "
            + "and passwords, and investigate what it could reach.",
            `When it is closed, acknowledge it: citrix-guard ack `
            + `--count=${n}.`],
        doOff: ["See under Changes of modes since when, and ask who changed "
            + "it.",
            "Set citrix_guard on there, run nginx -t, reload, and check that "
            + "this page says so.",
            "Look for what passed in the meantime: citrix-guard scan reads "
            + "nginx's and the ADC's logs."],
        doDetect: ["If the events below are attacks and none is a user's, "
            + "set citrix_guard on, remove exemptions, and reload."],
        doLost: ["Check nginx's error log, and the disk that holds the logs.",
            "Check the ADC's own log of that time: citrix-guard scan reads "
            + "it."],
        doClock: ["Correct the clock (NTP). Until then, rely on the log of "
            + "events."],
        doDamaged: ["Look in the log of events for what happened before: the "
            + "runbook says how.",
            "The damaged file is kept beside the new one; nginx's error log "
            + "names it.",
            "citrix-guard ack acknowledges it."],
        doBeside: ["If the new nginx is the right one, end the old one: send "
            + "QUIT to its master process. Its number is in the file that "
            + "\"pid\" names, with .oldbin after the name.",
            "If the new one has ended already, reload the old one.",
            "The modes below are those of the one that read its "
            + "configuration last."],
        doUnreadable: ["Allow the user of nginx's workers to search the folder "
            + "of the file that \"pid\" names, and to read the files with that "
            + "name.",
            "If nginx was upgraded on the fly: end one of the two nginx with "
            + "QUIT."],
        doUncounted: ["Look in the log of events for what happened before: "
            + "the runbook says how.",
            "If another nginx served that had no guard, or was off: citrix-guard scan reads "
            + "its logs and the ADC's.",
            "citrix-guard ack acknowledges it."],
        doLetBy: ["Look for what lets it through: an exemption, a rule with "
            + "\"pass\", or another way to the ADC. Its event, in the log of "
            + "events, names it.",
            "Remove that, reload, and send the test attack again: this page "
            + "changes when it is refused."],
        doServer: ["Set citrix_guard on in the server that forwards to the "
            + "Gateway, and reload."],
        doConnect: ["Check that nginx is running on the node, and that this "
            + "location allows your address."],
        sourcesNote: n => "Counts are estimates: each is too high by at most "
            + "the maximum overcount. No source with more than "
            + `${n} events is missing. An IPv6 network (/64) is one source.`,
        rulesNote: n => n === 1 ? "1 more rule has found nothing."
            : `${number(n)} more rules have found nothing.`,
        found: (n, m) => `${n} of ${m} events`,
        plotName: (n, a, b) => `Attempts over time: ${n}, from ${a} to ${b}. `
            + "The table below has the same numbers.",
        pick: "Drag over the lower strip, or in the plot, to select a time.",
        notYet: "not counted yet",
        span_hour: "1 hour", span_hours: "6 hours", span_day: "24 hours",
        span_week: "7 days", span_month: "30 days", span_year: "1 year",
        name: {
            blocked: "blocked", detected: "detected only",
            exempted: "exempted", attempt: "reached the ADC, no success",
            unknown: "not known", "scan-success": "answered: ADC vulnerable",
            "exploit-suspected": "exploit suspected",
            traversal: "traversal in the path",
            query: "traversal with the query", vpns: "vpns segment",
            parent: "parent segment", malformed: "malformed target",
            header: "traversal in a header", injection: "injected line",
            upgrade: "Upgrade", unseen: "cannot be judged", rule: "rule",
            error: "error in a rule", on: "on", detect: "detect", off: "off",
            block: "blocks", pass: "exempts",
        },
    },
    nl: {
        other: "English", pause: "Lijsten stilzetten", resume: "Verder",
        about: "Wat deze pagina toont", counts: "Sinds het tellen begon",
        plot: "Pogingen in de tijd", servers: "Servers en hun modus",
        rules: "Regels", exempt: "Uitzonderingen", sources: "Bronnen",
        front: "Aan de voorkant geweigerd", protocol: "Protocol",
        why: "Waarom", sessions: "Sessies",
        frontNote: "Sessies die de streammodule heeft be\u00ebindigd. Elke "
            + "sessie staat met een regel in error.log, maar is geen "
            + "gebeurtenis.",
        whys: {
            early: "er kwam een bericht voor het antwoord op de begroeting",
            method: "de ADC vroeg om een onbekende inlogmethode",
            connect: "het tweede bericht was geen CONNECT",
            ticket: "de CONNECT noemde geen STA-ticket",
            inside: "er volgde geen ICA of CGP",
            request: "er volgde een HTTP-verzoek op de handtekening",
            long: "te veel bytes voor het antwoord van de ADC",
            answer: "de ADC antwoordde in een ander protocol",
            slow: "geen begroeting op tijd",
            silent: "de client stuurde niets",
            limit: "te veel verbindingen vanaf \u00e9\u00e9n adres",
            denied: "het adres is niet toegestaan",
            upstream: "de ADC was niet bereikbaar",
            tls: "de TLS-handshake is mislukt",
        },
        events: "De laatste gebeurtenissen", span: "Periode", by: "Per",
        reason: "Reden", outcome: "Afloop", verdict: "Oordeel",
        earlier: "Eerder", later: "Later", chosen: "zoals gekozen",
        table: "Dezelfde cijfers als tabel",
        history: "Wijzigingen van de modus",
        filter: "Filter", all: "alle", more: "Meer tonen",
        time: "Tijd", client: "Client", target: "Doel", status: "Status",
        server: "Server", modes: "Modus", since: "Sinds", passed: "Schoon",
        blocked: "Geblokkeerd", detected: "Alleen geregistreerd",
        exempted: "Vrijgesteld", through: "Mogelijk doorgekomen",
        canary: "Kanarie", source: "Bron", count: "Aantal",
        error: "Hooguit te veel geteld", last: "Laatste",
        details: "Details", none: "Geen.", gone: "niet meer ingesteld",
        others: "andere servers", andMore: n => `en nog ${n}`, otherRules: "andere regels",
        reading: "Gelezen als", host: "Host", method: "Methode",
        id: "Kenmerk", user_agent: "Browser", rule: "Regel", at: "Gevonden",
        upstream: "Antwoord van de ADC", errors: "Niet te beoordelen",
        where: "Waar", what: "Vrijgesteld", gateway: "Gateway", node: "Node",
        nginx: "nginx", module: "citrix_guard", started: "Geteld sinds",
        configured: "Configuratie van kracht sinds", loads: "Herladen",
        letBy: "niet alle geweigerd", lostEvents: "Verloren gebeurtenissen",
        lostLines: "Weggelaten regels in error.log", action: "Actie",
        number: "Nummer",
        canary_name: "Naam van de kanarie", pass: "Vrijgesteld",
        todo: "Wat u nu moet doen",
        runbook: "Draaiboek (Engels): als er iets is doorgekomen",
        mark: "mogelijk doorgekomen", total: "totaal",
        whole: "de hele server",
        exemptMore: n => `En nog ${n} plaatsen.`,
        detect_for: n => `alleen geregistreerd, van ${number(n)} `
            + `adres${n === 1 ? "" : "sen of netwerken"}`,
        wait: "Wachten op het eerste antwoord.",
        noAnswer: t => `Geen verbinding sinds ${t}: wat hieronder staat, kan `
            + "verouderd zijn.",
        fresh: t => `Stand van ${t}`,
        paused: t => `Stand van ${t}; de lijsten staan stil`,
        zone: z => `Tijdzone: ${z}`,
        skew: n => "de klokken van deze computer en van de server schelen "
            + `${n} minuten`,
        unknown: "We weten niet of we beschermd zijn: geen verbinding met de "
            + "monitor.",
        refused: n => "We weten niet of we beschermd zijn: de monitor "
            + `antwoordt met status ${n}.`,
        garbled: "We weten niet of we beschermd zijn: het antwoord van de "
            + "monitor hoort niet bij deze versie van de pagina. Laad de "
            + "pagina opnieuw.",
        on: (names, t) => `We zijn beschermd sinds ${t} bij ${names}`,
        clean: ", en er is sindsdien geen teken dat er iets is doorgekomen.",
        detect: (names, t) => `Er wordt niets geblokkeerd bij ${names}: de `
            + `guard registreert alleen, sinds ${t}.`,
        detectPart: (names, t) => `Bij een deel van ${names} wordt niet `
            + `alles geblokkeerd, sinds ${t}: de guard registreert daar `
            + "alleen, of de aanval is vrijgesteld.",
        off: (names, t) => `We zijn niet beschermd bij ${names}: de guard `
            + `staat daar uit, sinds ${t}.`,
        offPart: (names, t) => "We zijn niet beschermd bij een deel van "
            + `${names}: de guard staat daar uit, sinds ${t}.`,
        clock: "We weten niet of we beschermd zijn: de klok van de server is "
            + "teruggezet, dus de tijden hieronder kloppen niet.",
        noServer: "We weten niet of we beschermd zijn: er is geen server "
            + "ingesteld die beschermd kan worden.",
        lost: n => "We weten niet of er iets is doorgekomen: "
            + `${number(n)} gebeurtenis${n === 1 ? " is" : "sen zijn"} niet `
            + "of niet volledig in het logbestand gekomen.",
        got: (n, names, t) => `${number(n)} `
            + `${n === 1 ? "verzoek is" : "verzoeken zijn"} mogelijk `
            + `doorgekomen bij ${names}, het laatste op ${t}.`,
        gotUnknown: n => `Van ${number(n)} daarvan is het antwoord van de `
            + "ADC niet bekend.",
        known: (n, by, t) => `Naar ${number(n)} `
            + `${n === 1 ? "verzoek dat mogelijk is"
                : "verzoeken die mogelijk zijn"} doorgekomen, is gekeken door `
            + `${by} op ${t}`,
        alsoOn: (names, t) => `Er wordt geblokkeerd bij ${names}, sinds `
            + `${t}.`,
        alsoNot: names => `Niet alles wordt geblokkeerd bij ${names}.`,
        nothing: "Er is geen teken dat er iets is doorgekomen.",
        blind: "Daar wordt niets gecontroleerd of vastgelegd; wat er is "
            + "doorgekomen, is dus niet bekend.",
        unsaved: "Bij een herstart gaan de tellingen verloren: het bestand van "
            + "citrix_guard_state kan niet worden geschreven: zie error.log.",
        damaged: t => `We weten niet of er voor ${t} iets is doorgekomen: de `
            + "tellingen die daarvoor zijn bewaard, zijn beschadigd.",
        beside: "We weten niet of we beschermd zijn: na een upgrade neemt ook "
            + "een andere nginx verbindingen aan, met een eigen "
            + "configuratie.",
        unreadable: "We weten niet of we beschermd zijn: de guard mag niet "
            + "lezen of ook een andere nginx verbindingen aanneemt.",
        uncounted: t => `We weten niet of er voor ${t} iets is doorgekomen: tot `
            + "dan was er een andere nginx, die hier niet meetelde, of nginx is "
            + "afgebroken voordat het zijn tellingen had bewaard.",
        letBySentence: (name, t) => "We zijn niet overal beschermd: de guard "
            + `staat aan en weigerde onze eigen testaanval "${name}" niet, de `
            + `laatste keer op ${t}.`,
        forwarded: n => n === 1
            ? "1 verzoek bereikte de ADC, zonder teken van succes."
            : `${number(n)} verzoeken bereikten de ADC, zonder teken van `
              + "succes.",
        doThrough: n => ["Blokkeer: zet citrix_guard op on, verwijder "
            + "uitzonderingen, herlaad nginx en controleer hieronder dat de "
            + "modus on is.",
            "Stel het bewijs veilig: kopieer het logbestand met "
            + "gebeurtenissen, de logbestanden van nginx en de JSON van deze "
            + "pagina naar een andere machine. Herstart nginx en de ADC niet "
            + "voordat dat gedaan is.",
            "Licht degenen in die beslissen, en noteer wanneer u wat wist.",
            "Ga ervan uit dat de ADC is overgenomen, totdat onderzoek heeft "
            + "aangetoond dat dat niet zo is. Het draaiboek heeft alle "
            + "stappen: lees de gebeurtenissen, koppel de ADC los van het "
            + "netwerk en laat hem aanstaan, laat een kopie van geheugen en "
            + "schijf maken, installeer en patch hem opnieuw, vervang zijn "
            + "sleutels en wachtwoorden, en onderzoek alles waar hij bij kon.",
            `Is het afgehandeld? Leg dan met citrix-guard ack --count=${n} `
            + "vast wie ernaar heeft gekeken."],
        doOff: ["Kijk bij Wijzigingen van de modus sinds wanneer, en vraag "
            + "wie het heeft veranderd.",
            "Zet citrix_guard daar op on, voer nginx -t uit, herlaad nginx "
            + "en controleer of deze pagina het laat zien.",
            "Zoek uit wat er intussen is doorgekomen: citrix-guard scan leest "
            + "de logbestanden van nginx en van de ADC."],
        doDetect: ["Zijn de gebeurtenissen hieronder aanvallen, en is er "
            + "geen van een gebruiker bij? Zet citrix_guard dan op on, haal "
            + "vrijstellingen weg en herlaad nginx."],
        doLost: ["Controleer error.log van nginx, en de schijf waar de "
            + "logbestanden op staan.",
            "Controleer het logbestand van de ADC zelf over die periode: "
            + "citrix-guard scan leest het."],
        doClock: ["Zet de klok gelijk (NTP). Ga tot dan uit van het "
            + "logbestand met gebeurtenissen."],
        doDamaged: ["Zoek in het logbestand met gebeurtenissen wat er "
            + "daarvoor is gebeurd: het draaiboek zegt hoe.",
            "Het beschadigde bestand staat naast het nieuwe; error.log van "
            + "nginx noemt het.",
            "Leg met citrix-guard ack vast wie ernaar heeft gekeken."],
        doBeside: ["Is de nieuwe nginx de goede? Stop dan de oude: stuur QUIT "
            + "naar zijn masterproces. Het nummer staat in het bestand van "
            + "\"pid\", met .oldbin achter de naam.",
            "Is de nieuwe al gestopt? Herlaad dan de oude.",
            "Hieronder staan de modi van de nginx die zijn configuratie het "
            + "laatst heeft gelezen."],
        doUnreadable: ["Geef de gebruiker van de workers van nginx toegang tot "
            + "de map van het bestand dat \"pid\" noemt, en laat hem de "
            + "bestanden met die naam lezen.",
            "Is nginx zonder herstart vervangen? Stop een van de twee met "
            + "QUIT."],
        doUncounted: ["Zoek in het logbestand met gebeurtenissen wat er "
            + "daarvoor is gebeurd: het draaiboek zegt hoe.",
            "Had een andere nginx geen guard, of stond die uit? citrix-guard scan "
            + "leest zijn logbestanden en die van de ADC.",
            "Leg met citrix-guard ack vast wie ernaar heeft gekeken."],
        doLetBy: ["Zoek wat de aanval doorlaat: een uitzondering, een regel "
            + "met \"pass\", of een andere weg naar de ADC. De gebeurtenis in "
            + "het logbestand noemt het.",
            "Verwijder dat, herlaad nginx, en stuur de testaanval opnieuw: deze "
            + "pagina verandert als hij wordt geweigerd."],
        doServer: ["Zet citrix_guard op on in de server die naar de Gateway "
            + "doorstuurt, en herlaad nginx."],
        doConnect: ["Controleer of nginx op de node draait, en of deze "
            + "location uw adres toelaat."],
        sourcesNote: n => "Aantallen zijn schattingen: ze zijn hooguit zoveel "
            + "te hoog als erbij staat. Geen bron met meer dan "
            + `${n} gebeurtenissen ontbreekt. Een IPv6-netwerk (/64) telt `
            + "als \u00e9\u00e9n bron.",
        rulesNote: n => n === 1 ? "1 andere regel heeft niets gevonden."
            : `${number(n)} andere regels hebben niets gevonden.`,
        found: (n, m) => `${n} van ${m} gebeurtenissen`,
        plotName: (n, a, b) => `Pogingen in de tijd: ${n}, van ${a} tot `
            + `${b}. De tabel hieronder heeft dezelfde cijfers.`,
        pick: "Sleep over de onderste strook, of in de grafiek, om een "
            + "periode te kiezen.",
        notYet: "nog niet geteld",
        span_hour: "1 uur", span_hours: "6 uur", span_day: "24 uur",
        span_week: "7 dagen", span_month: "30 dagen", span_year: "1 jaar",
        name: {
            blocked: "geblokkeerd", detected: "alleen geregistreerd",
            exempted: "vrijgesteld", attempt: "bij de ADC, zonder succes",
            unknown: "niet bekend",
            "scan-success": "beantwoord: ADC kwetsbaar",
            "exploit-suspected": "misbruik vermoed",
            traversal: "path traversal", query: "traversal via de query",
            vpns: "vpns-segment", parent: "segment ..",
            malformed: "ongeldig doel", header: "traversal in een header",
            injection: "ge\u00efnjecteerde regel", upgrade: "Upgrade",
            unseen: "niet te beoordelen", rule: "regel",
            error: "fout in een regel", on: "on", detect: "detect",
            off: "off", block: "blokkeert", pass: "stelt vrij",
        },
    },
};
