"""German. See `en` for what the keys mean. No import: MicroPython reads this file as well."""

TEXTS = {
    "decimal": ",",
    "thousands": "{thousands}.{rest}",
    "metres": "{metres}\u00a0m",
    # The page as a whole
    "disclaimer": (
        "Für Forschung und Lehre. Kein Medizinprodukt: Eine Anämie lässt sich damit weder diagnostizieren noch "
        "ausschließen."
    ),
    "tagline": "Hämoglobin aus Ihren Fingernägeln, allein auf diesem Gerät berechnet.",
    "privacy": "Bilder verlassen dieses Gerät nie und werden nicht aufbewahrt.",
    "licences": "Lizenzen aller Teile",
    "settings": "Einstellungen",
    "close": "Schließen",
    "done": "Fertig",
    "change": "Ändern",
    "try-again": "Noch einmal",
    "update": "Neue Version bereit: jetzt verwenden",
    "offline-loading": "Wird für offline gespeichert: {percent} %",
    "offline-ready": "Auch offline nutzbar",
    "offline-kept": "Dauerhaft bereit für den Offline-Betrieb",
    "offline-missing": "Fehlende Teile der gespeicherten App: {count}",
    "offline-gone": "Die gespeicherte Kopie ist auf diesem Gerät nicht mehr vorhanden",
    "offline-damaged": "Beschädigte Teile der gespeicherten App: {count}",
    "offline-failed.network": "Zu {percent} % gespeichert: keine Verbindung",
    "offline-failed.host": "Zu {percent} % gespeichert: Fehler auf dem Server",
    "offline-failed.damaged": "Zu {percent} % gespeichert: ein Teil kam beschädigt an",
    "offline-failed.full": "Zu {percent} % gespeichert: der Speicher des Geräts ist voll",
    "offline-failed.forbidden": "Nicht gespeichert: Dieses Fenster behält nichts (privates Fenster oder kein HTTPS)",
    "offline-failed.silent": "Die gespeicherte Kopie antwortet nicht",
    # Starting
    "boot.python": "Messprogramm wird gestartet …",
    "boot.numerics": "Bildverarbeitung wird geladen …",
    "boot.networks": "Die beiden neuronalen Netze werden geöffnet …",
    "boot.ready": "Bereit",
    "boot.again": "Das Messprogramm ist stehen geblieben und startet neu.",
    "boot.of": "{done} von {total} MB",
    "boot.stalled": (
        "Seit einer Weile kommt nichts mehr an: Die Verbindung ist langsam oder weg. Es geht von selbst weiter."
    ),
    "queued": "Das Foto wird ausgewertet, sobald das Messprogramm bereit ist.",
    "measuring": "Nägel werden gesucht und gemessen …",
    "measuring-of": "Foto {number} von {count} wird ausgewertet …",
    # Camera
    "camera": "Kamerabild",
    "camera-starting": "Kamera wird angefragt …",
    "camera-still-asking": (
        "Die Kamera wird noch angefragt. Beantworten Sie die Frage des Browsers oder wählen Sie ein Foto."
    ),
    "camera-off": "Die Kamera ist aus.",
    "camera-on": "Kamera einschalten",
    "camera-stop": "Kamera ausschalten",
    "capture": "Scannen",
    "capture-waiting": "Der Scan kann beginnen, sobald das Messprogramm bereit ist.",
    "switch-camera": "Andere Kamera",
    "camera-now": "Kamera: {name}",
    "torch": "Licht",
    "torch-on": "Licht einschalten",
    "choose-photo": "Foto",
    "photo-instead": "Foto aufnehmen oder auswählen",
    "auto-capture": "Von selbst starten, wenn ein Nagel stillgehalten wird",
    "aim-hint": "Halten Sie ein bis vier Nägel ruhig vor die Kamera.",
    "aim-hold": "Stillhalten …",
    "nails-seen": "Nägel: {count}",
    "low-light": "Zu dunkel, um Nägel gut zu sehen.",
    "guide-only": (
        "Das neuronale Netz, das Nägel findet, ließ sich nicht laden. Halten Sie einen Nagel in den Umriss, "
        "Fingerspitze nach oben: Gemessen wird dort, wo der Umriss ist."
    ),
    "light.like_training": "Licht wie erwartet",
    "light.darker": "Dunkler als erwartet",
    "light.brighter": "Heller als erwartet",
    "light.tinted": "Ungewöhnliche Lichtfarbe",
    "light.unknown": "Licht: kein Nagel erkannt",
    "reference.ok": "Weißes Papier erkannt",
    "reference.missing": "Hand auf weißes Papier legen",
    "reference.clipped": "Papier zu hell: weniger Licht oder etwas drehen",
    "reference.tinted": "Papier nicht weiß oder Licht farbig",
    "reference.small": "Mehr vom Papier zeigen",
    "reference.uneven": "Papier im Schatten oder gefaltet",
    "reference.unused": "Diese Modelle nutzen kein weißes Papier",
    # Scan
    "scanning": "Scan läuft: stillhalten",
    "scan-frame": "Bild {done} von {total}",
    "scan-frame-about": "Bild {done} von etwa {total}",
    "scan-paused": "Die Kamera pausiert. Der Scan geht weiter, sobald sie zurück ist.",
    "scan-finishing": "Wird berechnet …",
    "cancel": "Abbrechen",
    "scan-cancelled": "Scan abgebrochen",
    # Photos
    "tips-title": "Für eine gute Messung",
    "tip-light": "Gleichmäßiges Tageslicht, kein Blitz, kein farbiges Licht.",
    "tip-nails": "Unbedeckte Nägel, kein Lack; alle scharf im Bild.",
    "tip-surface": "Die Hand liegt flach auf einem weißen Blatt Papier; beide füllen den größten Teil des Bildes.",
    "drop-here": "Foto hier ablegen",
    "photo-alt": "Ihr Foto mit den gefundenen Nägeln",
    "photos-title": "Ihre Fotos",
    "photo-number": "Foto {number}",
    "no-reading": "kein Messwert",
    # Result
    "result-title": "Geschätztes Hämoglobin",
    "best-guess": "Beste Schätzung",
    "value": "{value} g/dL",
    "interval": "{low} bis {high} g/dL",
    "coverage": (
        "Bei {percent} von 100 Menschen wie denen, an denen getestet wurde, liegt der Blutwert in diesem Bereich."
    ),
    "scale": (
        "Von {low} bis {high} g/dL, beste Schätzung {value}, auf einer Skala, deren Farben bei {limits} g/dL wechseln."
    ),
    "scale-no-limits": "Von {low} bis {high} g/dL, beste Schätzung {value}.",
    "frames": "Einzelbilder",
    "frames-used": "{used} von {total} verwendet",
    "std-dev": "Streuung der Einzelbilder",
    "range": "Niedrigstes bis höchstes Einzelbild",
    "fingers-differ": "Zwischen Fingern",
    "fingers-differ-words": "{spread} g/dL zwischen dem Nagel mit dem niedrigsten und dem mit dem höchsten Wert",
    "one-finger": "Nur ein Nagel, daher lassen sich die Finger nicht vergleichen.",
    "nails-used": "Verwendete Nägel: {used} von {found}",
    "nails-title": "Jeder Nagel für sich",
    "nail-number": "Nagel {number}",
    "by-guide": "Gemessen, wo der Umriss war: Kein neuronales Netz hat geprüft, ob dort ein Nagel ist.",
    "read-by": "Gemessen mit {name}, nicht mit den Modellen von HemoLens.",
    "with-paper": "Neben weißem Papier gemessen.",
    "without-paper": "Ohne brauchbares weißes Papier ist das Licht nicht bekannt. {why}.",
    "left-out": "{why}: {way}",
    "help.polish": "zeigen Sie Nägel ohne Lack",
    "help.not_a_nail": "zeigen Sie die Oberseite der Finger",
    "help.strange": "zeigen Sie Nägel ohne Lack",
    "help.glare": "drehen Sie die Hand, bis nichts glänzt",
    "help.blur": "halten Sie still oder gehen Sie etwas zurück",
    "help.pressed": "legen Sie die Finger locker auf",
    "unlearned-light": "{light}: Der Wert kann weit daneben liegen.",
    "cannot-exclude": "Nicht auszuschließen",
    "no-class": "keine Einstufung",
    "set.severe": "schwere Anämie",
    "set.moderate": "mittelschwere Anämie",
    "set.mild": "leichte Anämie",
    "set.normal": "keine Anämie",
    "set.severe-moderate": "schwere oder mittelschwere Anämie",
    "set.moderate-mild": "mittelschwere oder leichte Anämie",
    "set.mild-normal": "leichte oder keine Anämie",
    "set.severe-mild": "schwere, mittelschwere oder leichte Anämie",
    "set.moderate-normal": "mittelschwere, leichte oder keine Anämie",
    "set.severe-normal": "schwere, mittelschwere, leichte oder keine Anämie",
    "severe-caution": (
        "Eine schwere Anämie wird hier nie ausgeschlossen: In Tests verfehlte der Bereich den wahren Wert bei "
        "Menschen, die eine hatten, weit öfter als bei anderen."
    ),
    "as-wide-as-no-photo": (
        "Dieser Bereich ist so breit wie eine Schätzung ganz ohne Foto und klärt daher nichts. Lassen Sie "
        "Ihr Hämoglobin im Blut messen."
    ),
    "what-to-do": (
        "Um Ihr Hämoglobin zu kennen, lassen Sie es im Blut messen. Ein Foto kann nur einen Hinweis darauf geben."
    ),
    "what-to-do.low": (
        "Lassen Sie Ihr Hämoglobin bald im Blut messen und zeigen Sie das Ergebnis einer medizinischen Fachperson."
    ),
    "red-flags": (
        "Was auch immer hier steht: Bei Schmerzen in der Brust, Atemnot in Ruhe, Ohnmacht, Herzrasen oder starker "
        "Blutung ist sofort ärztliche Hilfe nötig."
    ),
    "scan-again": "Neu scannen",
    "another-photo": "Anderes Foto",
    "camera-was": "Kamera: {width} x {height} Pixel, {held}",
    "camera-held": "Belichtung und Weißabgleich festgehalten",
    "camera-free": "Belichtung und Weißabgleich nicht festgehalten",
    # Whose hand
    "whose": "Wessen Hand ist es?",
    "whose-why": (
        "Die Grenzwerte hängen von Alter, Geschlecht und Schwangerschaft ab. Nichts davon ist Pflicht, und es bleibt "
        "auf diesem Gerät."
    ),
    "group": "Gruppe",
    "elevation": "Höhe des Wohnorts über dem Meer, in Metern",
    "elevation-understood": "Verstanden: {elevation}.",
    "elevation-counts": "Es gilt weiter {elevation}.",
    "elevation-wrong.number": "Das ist keine Zahl. Schreiben Sie zum Beispiel 2400, 2400\u00a0m oder 8000\u00a0ft.",
    "elevation-wrong.unclear": (
        "Es ist nicht klar, welche Zahl das ist. Schreiben Sie zum Beispiel 2400, 2400\u00a0m oder 8000\u00a0ft."
    ),
    "elevation-wrong.unit": "Diese Einheit ist hier nicht bekannt. Schreiben Sie Meter (m) oder Fuß (ft).",
    "elevation-wrong.range": "{elevation} liegt außerhalb der Tabelle; sie reicht von {low} bis {high}.",
    "smoking": "Zigaretten am Tag",
    "smoking.no": "raucht nicht",
    "smoking.some": "raucht, Menge nicht bekannt",
    "smoking.under_10": "unter 10",
    "smoking.10_to_19": "10 bis 19",
    "smoking.20_or_more": "20 oder mehr",
    "group.not_stated": "keine Angabe",
    "group.infant_under_6_months": "Säuglinge unter 6 Monaten",
    "group.child_6_23_months": "Kinder von 6 bis 23 Monaten",
    "group.child_24_59_months": "Kinder von 24 bis 59 Monaten",
    "group.child_5_11_years": "Kinder von 5 bis 11 Jahren",
    "group.child_12_14_years": "Kinder von 12 bis 14 Jahren",
    "group.woman": "Frauen von 15 bis 65 Jahren, nicht schwanger",
    "group.man": "Männer von 15 bis 65 Jahren",
    "group.pregnant_1st_trimester": "Schwangerschaft, erstes Drittel",
    "group.pregnant_2nd_trimester": "Schwangerschaft, zweites Drittel",
    "group.pregnant_3rd_trimester": "Schwangerschaft, letztes Drittel",
    "group.woman_over_65": "Frauen über 65 Jahre",
    "group.man_over_65": "Männer über 65 Jahre",
    "table.original-2024": "eine Tabelle für alle, gemacht für erwachsene Männer",
    "table.who-2024": "WHO 2024",
    "note.over_65": "Die Leitlinie nennt keine Grenzwerte für über 65-Jährige, daher gelten die jüngerer Erwachsener.",
    "note.infant": "Für Säuglinge unter 6 Monaten gibt es keine Grenzwerte, daher erhält der Wert keine Einstufung.",
    "compared-by": "Grenzwerte: {table}.",
    "compared-by-group": "Grenzwerte: {table}, {group}.",
    "taken-off.elevation": "Abgezogen für die Höhenlage: {amount} g/dL.",
    "taken-off.smoking": "Abgezogen für das Rauchen: {amount} g/dL.",
    "compared-with": "{value} g/dL wird verglichen mit {moderate}; {mild} und {normal}.",
    # Settings
    "language": "Sprache",
    "language-auto": "Wie auf diesem Gerät",
    "vibrate": "Vibrieren, wenn ein Scan beginnt und endet",
    "sound": "Einen Ton abspielen, wenn ein Scan beginnt und endet",
    # Whether this copy is as it was built
    "self-test": "Diese Kopie prüfen",
    "self-test.why": (
        "Mit oder ohne Netz: Jede gespeicherte Datei wird mit der gebauten verglichen, dann laufen beide "
        "Netzwerke und der ganze Weg vom Bild zum Wert über ein Testbild, im Vergleich mit den "
        "festgehaltenen Werten."
    ),
    "self-test.run": "Jetzt prüfen",
    "self-test.file": "Datei {done} von {total}…",
    "self-test.measuring": "Das Testbild wird gemessen…",
    "self-test.passed": "Diese Kopie misst so, wie sie gebaut wurde.",
    "self-test.failed": (
        "Diese Kopie ist nicht so, wie sie gebaut wurde. Laden Sie die Seite neu, wenn Sie online sind; "
        "verwenden Sie ihre Werte nicht, bis diese Prüfung besteht."
    ),
    "self-test.files": "Gespeicherte Dateien wie gebaut: {good} von {total} ({size} MB)",
    "self-test.files-wrong": "Verändert oder fehlend: {names}",
    "self-test.not-saved": "Auf diesem Gerät ist noch nichts gespeichert, daher wurden keine Dateien verglichen.",
    "self-test.detector": "Nagelsuche, Zahlen wie festgehalten: {same} von {total}",
    "self-test.estimator": "Hämoglobinschätzung, Zahlen wie festgehalten: {same} von {total}",
    "self-test.pipeline": "Vom Testbild zu seinem Wert, Zahlen wie festgehalten: {same} von {total}",
    "self-test.cut": "Dieser Teil der Prüfung brach ab: Der Browser hat nicht geantwortet.",
    "self-test.no-engine": "Das Testbild konnte nicht gemessen werden.",
    "self-test.kept-yes": "Der Browser behält die App, bis Sie sie entfernen.",
    "self-test.kept-no": "Der Browser darf die App entfernen, wenn der Speicher knapp wird.",
    "self-test.kept-unknown": (
        "Ob der Browser die App bei knappem Speicher behält, wird nach der ersten Messung gefragt."
    ),
    "self-test.report": "Bericht",
    "self-test.copy": "Bericht kopieren",
    "self-test.copied": "Kopiert",
    # Debug
    "debug": "Hinter der Messung",
    "debug-frames": "Einzelbilder",
    "debug-none": "Nach einem Scan sind hier seine Einzelbilder aufgeführt.",
    "flip-tta": "Auch Spiegelbilder messen (langsamer, etwas genauer)",
    "stage": "Schritt",
    "stage.transfer": "übergeben",
    "stage.grab": "Bild aufnehmen",
    "stage.follow": "Bewegung prüfen",
    "stage.letterbox": "einpassen",
    "stage.detect": "Nägel finden",
    "stage.decode": "Rahmen auslesen",
    "stage.gates": "Nägel prüfen",
    "stage.light": "Licht beurteilen",
    "stage.crop": "ausschneiden",
    "stage.estimate": "schätzen",
    "stage-ms": "Millisekunden, im Mittel",
    "version": "Version",
    "models": "Modelle",
    "threads": "Threads",
    # Why a nail or a frame does not count
    "reason.too_small": "zu klein",
    "reason.cut_off": "vom Rand abgeschnitten",
    "reason.too_dark": "zu dunkel",
    "reason.overexposed": "überbelichtet",
    "reason.no_colour": "keine Farbe im Bild",
    "reason.glare": "Spiegelung",
    "reason.blur": "unscharf",
    "reason.pressed": "blass gedrückt",
    "reason.polish": "Nagellack",
    "reason.not_a_nail": "kein Nagel",
    "reason.strange": "anders als die gelernten Nägel",
    "reason.seen_too_seldom": "in zu wenigen Bildern zu sehen",
    "reason.no_skin": "keine Haut an diesem Finger erkannt",
    "reason.no_nail": "kein Nagel",
    "reason.implausible": "unplausibler Wert",
    "reason.outlier": "weit weg von den anderen Bildern",
    "reason.repeated": "dasselbe Bild wie zuvor",
    "reason.other_size": "Bild einer anderen Größe",
    "reason.other_reference": "anders als die übrigen mit oder ohne Papier",
    # Errors: what it is, and the way out
    "error.no_nail": "Kein Fingernagel gefunden",
    "error.no_nail.way": (
        "Legen Sie die Hand bei gleichmäßigem Tageslicht flach auf eine einfarbige Fläche, Nägel nach oben."
    ),
    "error.unusable_nails": "Kein Nagel ist messbar",
    "error.unusable_nails.way": "Zeigen Sie ganze Nägel, weder weit weg noch sehr nah, in gleichmäßigem Licht.",
    "error.too_small": "Die Nägel sind zu klein zum Messen",
    "error.too_small.way": "Gehen Sie näher heran.",
    "error.cut_off": "Die Nägel sind vom Rand abgeschnitten",
    "error.cut_off.way": "Nehmen Sie ganze Nägel ins Bild.",
    "error.too_dark": "Die Nägel sind zu dunkel zum Messen",
    "error.too_dark.way": "Suchen Sie mehr Licht oder drehen Sie sich zum Licht.",
    "error.overexposed": "Die Nägel sind zu hell zum Messen",
    "error.overexposed.way": "Gehen Sie aus der Sonne oder von der Lampe weg.",
    "error.no_colour": "Keine Farbe im Bild",
    "error.no_colour.way": (
        "Graue, sepiafarbene oder getönte Bilder sagen nichts über Hämoglobin. Nehmen Sie ein Bild in Farbe "
        "auf, ohne Filter."
    ),
    "error.strange_nails": "Diese Nägel sind nicht messbar",
    "error.strange_nails.way": (
        "Sie sehen anders aus als die unlackierten Nägel, für die das hier gemacht ist. Zeigen Sie "
        "saubere Nägel ohne Lack von oben, bei gleichmäßigem Licht."
    ),
    "error.polish": "Nagellack verdeckt den Nagel",
    "error.polish.way": "Entfernen Sie den Lack oder zeigen Sie andere Nägel, dann versuchen Sie es noch einmal.",
    "error.not_a_nail": "Das sieht nicht wie ein Fingernagel aus",
    "error.not_a_nail.way": "Zeigen Sie die Oberseite der Finger, Nägel nach oben.",
    "error.glare": "Eine Spiegelung verdeckt den Nagel",
    "error.glare.way": "Drehen Sie die Hand oder die Lampe, bis sich in den Nägeln nichts mehr spiegelt.",
    "error.blur": "Die Nägel sind unscharf",
    "error.blur.way": "Halten Sie still und warten Sie, bis das Bild scharf ist, oder gehen Sie etwas zurück.",
    "error.pressed": "Die Nägel sind blass gedrückt",
    "error.pressed.way": (
        "Legen Sie die Finger locker auf, warten Sie, bis die Farbe zurück ist, und versuchen Sie es noch einmal."
    ),
    "error.implausible": "Außerhalb des plausiblen Bereichs",
    "error.implausible.way": "Machen Sie ein neues Bild bei gleichmäßigem, weißem Licht.",
    "error.unreadable_image": "Dieses Foto lässt sich nicht öffnen",
    "error.unreadable_image.way": (
        "Nehmen Sie ein Foto als JPEG, PNG oder WebP, statt einer Raw-Datei ein exportiertes JPEG."
    ),
    "error.pictures_hidden": "Dieser Browser verbirgt Bilder vor Seiten",
    "error.pictures_hidden.way": (
        "Erlauben Sie dieser Seite, sie zu lesen (in Firefox: Canvas-Daten, oder ohne resistFingerprinting), "
        "oder nehmen Sie einen anderen Browser."
    ),
    "error.too_large": "Dieses Foto ist zu groß",
    "error.too_large.way": "Nehmen Sie ein Foto mit höchstens 64 Megapixeln.",
    "error.file_unreadable": "Diese Datei lässt sich nicht lesen",
    "error.file_unreadable.way": (
        "Sie wurde verschoben, geändert oder gelöscht, oder sie liegt noch in einer Cloud. Wählen Sie sie "
        "noch einmal oder nehmen Sie ein anderes Foto."
    ),
    "error.browser_too_old": "Dieser Browser ist zu alt für HemoLens",
    "error.browser_too_old.way": "Aktualisieren Sie ihn oder öffnen Sie diese Seite in einem anderen Browser.",
    "error.unexpected": "Hier ist etwas schiefgegangen",
    "error.unexpected.way": (
        "Das ist ein Fehler von HemoLens. Versuchen Sie es noch einmal; wenn es wieder geschieht, laden Sie "
        "die Seite neu."
    ),
    "error.model_unavailable": "Das Messprogramm ist nicht verfügbar",
    "error.model_unavailable.way": (
        "Versuchen Sie es noch einmal oder laden Sie die Seite neu, während Sie online sind."
    ),
    "error.too_few_frames": "Zu wenige Einzelbilder sind brauchbar",
    "error.too_few_frames.way": (
        "Halten Sie ganze Nägel ruhig und bei gleichmäßigem Licht ins Bild und scannen Sie noch einmal."
    ),
    "error.too_slow": "Dieses Gerät ist zu langsam für einen Scan",
    "error.too_slow.way": (
        "In der Zeit eines Scans hat es zu wenige Einzelbilder gemessen. Nehmen Sie stattdessen ein Foto auf: "
        "Dafür genügt ein einziges Bild."
    ),
    "error.unreliable": "Die Messung ist unzuverlässig",
    "error.unreliable.way": (
        "Die Einzelbilder widersprechen sich. Legen Sie die Hand auf, sorgen Sie für gleichmäßiges Licht und scannen "
        "Sie noch einmal."
    ),
    "error.camera_denied": "Die Kamera ist nicht erlaubt",
    "error.camera_denied.way": (
        "Erlauben Sie dieser Seite die Kamera in den Einstellungen des Browsers oder wählen Sie ein Foto."
    ),
    "error.camera_missing": "Es gibt keine Kamera",
    "error.camera_missing.way": "Wählen Sie stattdessen ein Foto.",
    "error.camera_busy": "Die Kamera wird anderswo benutzt",
    "error.camera_busy.way": (
        "Schließen Sie die andere App, die sie benutzt, und versuchen Sie es noch einmal, oder wählen Sie ein Foto."
    ),
    "error.camera_lost": "Die Kamera wurde gestoppt",
    "error.camera_lost.way": (
        "Das System oder eine andere App hat sie übernommen. Versuchen Sie es noch einmal oder wählen Sie ein Foto."
    ),
    "error.camera_insecure": "Die Kamera braucht eine sichere Seite",
    "error.camera_insecure.way": "Öffnen Sie die Seite über https oder wählen Sie ein Foto.",
    "error.camera_frozen": "Die Kamera liefert kein neues Bild",
    "error.camera_frozen.way": (
        "Schließen Sie andere Apps, die sie benutzen, und versuchen Sie es noch einmal, oder wählen Sie ein Foto."
    ),
    "error.camera_muted": "Die Kamera pausiert",
    "error.camera_muted.way": (
        "Ein Anruf, eine andere App oder ein Schalter am Gerät hält ihr Bild zurück. Beenden Sie das oder "
        "wählen Sie ein Foto."
    ),
    "error.camera_tap": "Der Browser wartet auf ein Tippen",
    "error.camera_tap.way": "Tippen Sie auf den Knopf, um das Kamerabild zu sehen, oder wählen Sie ein Foto.",
    "error.scan_hidden": "Der Scan endete, als die Seite verdeckt wurde",
    "error.scan_hidden.way": "Lassen Sie die Seite beim Scannen im Vordergrund und scannen Sie noch einmal.",
    "error.scan_turned": "Der Scan endete, als das Gerät gedreht wurde",
    "error.scan_turned.way": "Drehen Sie das Gerät beim Scannen nicht und scannen Sie noch einmal.",
}
