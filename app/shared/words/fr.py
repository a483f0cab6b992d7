"""French. See `en` for what the keys mean. No import: MicroPython reads this file as well."""

TEXTS = {
    "decimal": ",",
    "thousands": "{thousands}\u202f{rest}",
    "metres": "{metres}\u00a0m",
    # The page as a whole
    "disclaimer": (
        "Pour la recherche et l’enseignement. Ce n’est pas un dispositif médical : il ne peut ni diagnostiquer ni "
        "exclure une anémie."
    ),
    "tagline": "L’hémoglobine d’après vos ongles, calculée uniquement sur cet appareil.",
    "privacy": "Les images ne quittent jamais cet appareil et ne sont pas conservées.",
    "licences": "Licences de tous les composants",
    "settings": "Réglages",
    "close": "Fermer",
    "done": "Terminé",
    "change": "Modifier",
    "try-again": "Réessayer",
    "update": "Nouvelle version prête : l’utiliser",
    "offline-loading": "Enregistrement hors ligne : {percent} %",
    "offline-ready": "Utilisable hors ligne",
    "offline-kept": "Prête hors ligne, durablement",
    "offline-missing": "Parties de l’application enregistrée qui manquent : {count}",
    "offline-gone": "La copie enregistrée n’est plus sur cet appareil",
    "offline-damaged": "Parties abîmées de l’application enregistrée : {count}",
    "offline-failed.network": "Enregistrée à {percent} % : pas de connexion",
    "offline-failed.host": "Enregistrée à {percent} % : erreur du serveur",
    "offline-failed.damaged": "Enregistrée à {percent} % : une partie est arrivée abîmée",
    "offline-failed.full": "Enregistrée à {percent} % : la mémoire de l’appareil est pleine",
    "offline-failed.forbidden": "Non enregistrée : cette fenêtre ne conserve rien (navigation privée ou sans HTTPS)",
    "offline-failed.silent": "La copie enregistrée ne répond pas",
    # Starting
    "boot.python": "Démarrage du moteur de mesure…",
    "boot.numerics": "Chargement du traitement d’images…",
    "boot.networks": "Ouverture des deux réseaux de neurones…",
    "boot.ready": "Prêt",
    "boot.again": "Le moteur s’est arrêté et redémarre.",
    "boot.of": "{done} sur {total} Mo",
    "boot.stalled": (
        "Plus rien n’arrive depuis un moment : la connexion est lente ou coupée. Le chargement reprendra de lui-même."
    ),
    "queued": "La photo sera mesurée dès que le moteur sera prêt.",
    "measuring": "Recherche et mesure des ongles…",
    "measuring-of": "Mesure de la photo {number} sur {count}…",
    # Camera
    "camera": "Image de la caméra",
    "camera-starting": "Demande d’accès à la caméra…",
    "camera-still-asking": (
        "L’accès à la caméra est toujours demandé. Répondez à la question du navigateur, ou choisissez une photo."
    ),
    "camera-off": "La caméra est éteinte.",
    "camera-on": "Allumer la caméra",
    "camera-stop": "Éteindre la caméra",
    # "Scanner" would be read as a CT scan, so a scan is "une mesure".
    "capture": "Mesurer",
    "capture-waiting": "La mesure peut commencer dès que le moteur est prêt.",
    "switch-camera": "Autre caméra",
    "camera-now": "Caméra : {name}",
    "torch": "Lampe",
    "torch-on": "Allumer la lampe",
    "choose-photo": "Photo",
    "photo-instead": "Prendre ou choisir une photo",
    "auto-capture": "Démarrer tout seul quand un ongle reste immobile",
    "aim-hint": "Tenez un à quatre ongles immobiles devant la caméra.",
    "aim-hold": "Ne bougez plus…",
    "nails-seen": "Ongles : {count}",
    "low-light": "Trop sombre pour bien voir les ongles.",
    "guide-only": (
        "Le réseau de neurones qui trouve les ongles n’a pas pu être chargé. Placez un ongle dans le contour, bout du "
        "doigt vers le haut : la mesure se fait à l’endroit du contour."
    ),
    "light.like_training": "Lumière comme prévu",
    "light.darker": "Plus sombre que prévu",
    "light.brighter": "Plus clair que prévu",
    "light.tinted": "Lumière d’une couleur inhabituelle",
    "light.unknown": "Lumière : aucun ongle vu",
    "reference.ok": "Papier blanc trouvé",
    "reference.missing": "Posez la main sur du papier blanc",
    "reference.clipped": "Papier trop clair : moins de lumière, ou tournez un peu",
    "reference.tinted": "Papier non blanc, ou lumière colorée",
    "reference.small": "Montrez plus de papier",
    "reference.uneven": "Papier à l’ombre ou plié",
    "reference.unused": "Ces modèles n’utilisent pas de papier blanc",
    # Scan
    "scanning": "Mesure en cours : ne bougez pas",
    "scan-frame": "Image {done} sur {total}",
    "scan-frame-about": "Image {done} sur {total} environ",
    "scan-paused": "La caméra est en pause. La mesure reprendra à son retour.",
    "scan-finishing": "Calcul en cours…",
    "cancel": "Annuler",
    "scan-cancelled": "Mesure annulée",
    # Photos
    "tips-title": "Pour une bonne mesure",
    "tip-light": "Lumière du jour uniforme, sans flash, sans lumière colorée.",
    "tip-nails": "Ongles nus, sans vernis ; tous nets.",
    "tip-surface": "La main à plat sur une feuille de papier blanc, les deux remplissant presque toute l’image.",
    "drop-here": "Déposez la photo ici",
    "photo-alt": "Votre photo avec les ongles trouvés",
    "photos-title": "Vos photos",
    "photo-number": "Photo {number}",
    "no-reading": "pas de mesure",
    # Result
    "result-title": "Hémoglobine estimée",
    "best-guess": "Meilleure estimation",
    "value": "{value} g/dL",
    "interval": "{low} à {high} g/dL",
    "coverage": (
        "Chez {percent} personnes sur 100 comparables à celles des tests, la valeur sanguine se trouve dans cet "
        "intervalle."
    ),
    "scale": (
        "De {low} à {high} g/dL, meilleure estimation {value}, sur une échelle dont les couleurs changent à {limits} "
        "g/dL."
    ),
    "scale-no-limits": "De {low} à {high} g/dL, meilleure estimation {value}.",
    "frames": "Images",
    "frames-used": "{used} sur {total} utilisées",
    "std-dev": "Dispersion des images",
    "range": "De l’image la plus basse à la plus haute",
    "fingers-differ": "Entre doigts",
    "fingers-differ-words": "{spread} g/dL entre l’ongle à la valeur la plus basse et l’ongle à la plus haute",
    "one-finger": "Un seul ongle : les doigts ne peuvent pas être comparés.",
    "nails-used": "Ongles utilisés : {used} sur {found}",
    "nails-title": "Chaque ongle séparément",
    "nail-number": "Ongle {number}",
    "by-guide": "Mesuré à l’endroit du contour : aucun réseau de neurones n’a vérifié la présence d’un ongle.",
    "read-by": "Mesuré avec {name}, et non avec les modèles de HemoLens.",
    "with-paper": "Mesuré à côté de papier blanc.",
    "without-paper": "Sans papier blanc utilisable, la lumière n’est pas connue. {why}.",
    "left-out": "{why} : {way}",
    "help.polish": "montrez des ongles nus",
    "help.not_a_nail": "montrez le dos de vos doigts",
    "help.strange": "montrez des ongles nus",
    "help.glare": "tournez la main jusqu’à ce que rien ne brille",
    "help.blur": "ne bougez plus ou reculez un peu",
    "help.pressed": "posez les doigts sans appuyer",
    "unlearned-light": "{light} : la valeur peut être très éloignée de la vraie.",
    "cannot-exclude": "Ne peut être exclu",
    "no-class": "non classé",
    "set.severe": "anémie sévère",
    "set.moderate": "anémie modérée",
    "set.mild": "anémie légère",
    "set.normal": "absence d’anémie",
    "set.severe-moderate": "anémie sévère ou modérée",
    "set.moderate-mild": "anémie modérée ou légère",
    "set.mild-normal": "anémie légère ou absence d’anémie",
    "set.severe-mild": "anémie sévère, modérée ou légère",
    "set.moderate-normal": "anémie modérée ou légère, ou absence d’anémie",
    "set.severe-normal": "anémie sévère, modérée ou légère, ou absence d’anémie",
    "severe-caution": (
        "Une anémie sévère n’est jamais exclue ici : lors des tests, l’intervalle a manqué la vraie valeur bien plus "
        "souvent chez les personnes qui en avaient une que chez les autres."
    ),
    "as-wide-as-no-photo": (
        "Cet intervalle est aussi large qu’une estimation sans photo : il ne tranche rien. Faites mesurer "
        "votre hémoglobine dans le sang."
    ),
    "what-to-do": (
        "Pour connaître votre hémoglobine, faites-la mesurer dans le sang. Une photo ne peut en donner qu’un indice."
    ),
    "what-to-do.low": (
        "Faites bientôt mesurer votre hémoglobine dans le sang et montrez le résultat à un professionnel de santé."
    ),
    "red-flags": (
        "Quoi qu’il soit affiché ici : une douleur dans la poitrine, un essoufflement au repos, un évanouissement, un "
        "cœur qui s’emballe ou un saignement abondant nécessitent un médecin immédiatement."
    ),
    "scan-again": "Recommencer",
    "another-photo": "Autre photo",
    "camera-was": "Caméra : {width} x {height} pixels, {held}",
    "camera-held": "exposition et balance des blancs bloquées",
    "camera-free": "exposition et balance des blancs non bloquées",
    # Whose hand
    "whose": "À qui est cette main ?",
    "whose-why": (
        "Les seuils varient selon l’âge, le sexe et la grossesse. Rien n’est obligatoire, et tout reste sur cet "
        "appareil."
    ),
    "group": "Groupe",
    "elevation": "Altitude du lieu où vit la personne, en mètres",
    "elevation-understood": "Compris\u00a0: {elevation}.",
    "elevation-counts": "C’est toujours {elevation} qui compte.",
    "elevation-wrong.number": "Ce n’est pas un nombre. Écrivez par exemple 2400, 2400\u00a0m ou 8000\u00a0pieds.",
    "elevation-wrong.unclear": (
        "On ne sait pas quel nombre c’est. Écrivez par exemple 2400, 2400\u00a0m ou 8000\u00a0pieds."
    ),
    "elevation-wrong.unit": "Cette unité n’est pas connue ici. Écrivez des mètres (m) ou des pieds (ft).",
    "elevation-wrong.range": "{elevation} sort du tableau, qui va de {low} à {high}.",
    "smoking": "Cigarettes par jour",
    "smoking.no": "ne fume pas",
    "smoking.some": "fume, quantité inconnue",
    "smoking.under_10": "moins de 10",
    "smoking.10_to_19": "de 10 à 19",
    "smoking.20_or_more": "20 ou plus",
    "group.not_stated": "non précisé",
    "group.infant_under_6_months": "nourrissons de moins de 6 mois",
    "group.child_6_23_months": "enfants de 6 à 23 mois",
    "group.child_24_59_months": "enfants de 24 à 59 mois",
    "group.child_5_11_years": "enfants de 5 à 11 ans",
    "group.child_12_14_years": "enfants de 12 à 14 ans",
    "group.woman": "femmes de 15 à 65 ans, non enceintes",
    "group.man": "hommes de 15 à 65 ans",
    "group.pregnant_1st_trimester": "grossesse, premier trimestre",
    "group.pregnant_2nd_trimester": "grossesse, deuxième trimestre",
    "group.pregnant_3rd_trimester": "grossesse, troisième trimestre",
    "group.woman_over_65": "femmes de plus de 65 ans",
    "group.man_over_65": "hommes de plus de 65 ans",
    "table.original-2024": "un même tableau pour tous, établi pour les hommes adultes",
    "table.who-2024": "l’OMS (2024)",
    "note.over_65": (
        "Les lignes directrices ne donnent pas de seuils après 65 ans : ceux des adultes plus jeunes sont utilisés."
    ),
    "note.infant": (
        "Il n’y a pas de seuils pour les nourrissons de moins de 6 mois : la valeur reste donc non classée."
    ),
    "compared-by": "Selon {table}.",
    "compared-by-group": "Selon {table} ; groupe : {group}.",
    "taken-off.elevation": "Retiré pour l’altitude : {amount} g/dL.",
    "taken-off.smoking": "Retiré pour le tabac : {amount} g/dL.",
    "compared-with": "{value} g/dL est comparé à {moderate} ; {mild} et {normal}.",
    # Settings
    "language": "Langue",
    "language-auto": "Celle de cet appareil",
    "vibrate": "Vibrer quand une mesure commence et se termine",
    "sound": "Émettre un son quand une mesure commence et se termine",
    # Whether this copy is as it was built
    "self-test": "Vérifier cette copie",
    "self-test.why": (
        "Avec ou sans réseau : chaque fichier enregistré est comparé à celui qui a été construit, puis les "
        "deux réseaux et tout le chemin de l’image à la valeur passent sur une image d’essai, comparés aux "
        "valeurs consignées."
    ),
    "self-test.run": "Vérifier maintenant",
    "self-test.file": "Fichier {done} sur {total}…",
    "self-test.measuring": "Mesure de l’image d’essai…",
    "self-test.passed": "Cette copie mesure comme elle a été construite.",
    "self-test.failed": (
        "Cette copie n’est pas telle qu’elle a été construite. Rechargez la page quand vous êtes en ligne ; "
        "n’utilisez pas ses lectures tant que cette vérification échoue."
    ),
    "self-test.files": "Fichiers enregistrés tels que construits : {good} sur {total} ({size} Mo)",
    "self-test.files-wrong": "Modifiés ou manquants : {names}",
    "self-test.not-saved": "Rien n’est encore enregistré sur cet appareil : aucun fichier n’a été comparé.",
    "self-test.detector": "Détecteur d’ongles, nombres comme consignés : {same} sur {total}",
    "self-test.estimator": "Estimateur d’hémoglobine, nombres comme consignés : {same} sur {total}",
    "self-test.pipeline": "De l’image d’essai à sa valeur, nombres comme consignés : {same} sur {total}",
    "self-test.cut": "Cette partie de la vérification a été interrompue : le navigateur n’a pas répondu.",
    "self-test.no-engine": "L’image d’essai n’a pas pu être mesurée.",
    "self-test.kept-yes": "Le navigateur garde l’application jusqu’à ce que vous la retiriez.",
    "self-test.kept-no": "Le navigateur peut retirer l’application quand la place manque.",
    "self-test.kept-unknown": (
        "Après la première lecture, il est demandé au navigateur de garder l’application même quand la place manque."
    ),
    "self-test.report": "Rapport",
    "self-test.copy": "Copier le rapport",
    "self-test.copied": "Copié",
    # Debug
    "debug": "Derrière la mesure",
    "debug-frames": "Images",
    "debug-none": "Après une mesure par la caméra, ses images sont listées ici.",
    "flip-tta": "Mesurer aussi les images en miroir (plus lent, un peu plus précis)",
    "stage": "Étape",
    "stage.transfer": "transmettre",
    "stage.grab": "prendre l’image",
    "stage.follow": "vérifier le mouvement",
    "stage.letterbox": "ajuster",
    "stage.detect": "trouver les ongles",
    "stage.decode": "lire les cadres",
    "stage.gates": "vérifier les ongles",
    "stage.light": "juger la lumière",
    "stage.crop": "découper",
    "stage.estimate": "estimer",
    "stage-ms": "Millisecondes, en moyenne",
    "version": "Version",
    "models": "Modèles",
    "threads": "Fils d’exécution",
    # Why a nail or a frame does not count
    "reason.too_small": "trop petit",
    "reason.cut_off": "coupé par le bord",
    "reason.too_dark": "trop sombre",
    "reason.overexposed": "surexposé",
    "reason.no_colour": "pas de couleur dans l’image",
    "reason.glare": "reflet",
    "reason.blur": "flou",
    "reason.pressed": "pâli par la pression",
    "reason.polish": "vernis",
    "reason.not_a_nail": "pas un ongle",
    "reason.strange": "différent des ongles appris",
    "reason.seen_too_seldom": "vu dans trop peu d’images",
    "reason.no_skin": "pas de peau visible sur ce doigt",
    "reason.no_nail": "aucun ongle",
    "reason.implausible": "valeur invraisemblable",
    "reason.outlier": "loin des autres images",
    "reason.repeated": "la même image qu’avant",
    "reason.other_size": "image d’une autre taille",
    "reason.other_reference": "avec ou sans papier, contrairement aux autres",
    # Errors: what it is, and the way out
    "error.no_nail": "Aucun ongle trouvé",
    "error.no_nail.way": (
        "Posez la main à plat sur une surface unie, ongles vers le haut, sous une lumière du jour uniforme."
    ),
    "error.unusable_nails": "Aucun ongle ne peut être mesuré",
    "error.unusable_nails.way": "Montrez des ongles entiers, ni loin ni très près, dans une lumière uniforme.",
    "error.too_small": "Les ongles sont trop petits pour être mesurés",
    "error.too_small.way": "Rapprochez-vous.",
    "error.cut_off": "Les ongles sont coupés par le bord",
    "error.cut_off.way": "Gardez les ongles entiers dans l’image.",
    "error.too_dark": "Les ongles sont trop sombres pour être mesurés",
    "error.too_dark.way": "Cherchez plus de lumière ou tournez-vous vers elle.",
    "error.overexposed": "Les ongles sont trop clairs pour être mesurés",
    "error.overexposed.way": "Quittez le plein soleil ou éloignez-vous de la lampe.",
    "error.no_colour": "Pas de couleur dans l’image",
    "error.no_colour.way": (
        "Les images grises, sépia ou teintées ne disent rien de l’hémoglobine. Prenez une photo en couleur, "
        "sans filtre."
    ),
    "error.strange_nails": "Ces ongles ne peuvent pas être mesurés",
    "error.strange_nails.way": (
        "Ils ne ressemblent pas aux ongles nus pour lesquels ceci est fait. Montrez des ongles propres et "
        "sans vernis, vus de dessus, sous une lumière uniforme."
    ),
    "error.polish": "Le vernis cache l’ongle",
    "error.polish.way": "Retirez le vernis ou montrez d’autres ongles, puis réessayez.",
    "error.not_a_nail": "Cela ne ressemble pas à un ongle",
    "error.not_a_nail.way": "Montrez le dos de vos doigts, ongles vers le haut.",
    "error.glare": "Un reflet cache l’ongle",
    "error.glare.way": "Tournez la main ou déplacez la lampe jusqu’à ce que rien ne brille sur les ongles.",
    "error.blur": "Les ongles sont flous",
    "error.blur.way": "Ne bougez plus et attendez que l’image soit nette, ou reculez un peu.",
    "error.pressed": "Les ongles sont pâlis par la pression",
    "error.pressed.way": "Posez les doigts sans appuyer, attendez que la couleur revienne, puis réessayez.",
    "error.implausible": "Hors de l’intervalle vraisemblable",
    "error.implausible.way": "Prenez une nouvelle image sous une lumière blanche et uniforme.",
    "error.unreadable_image": "Impossible d’ouvrir cette photo",
    "error.unreadable_image.way": "Utilisez une photo JPEG, PNG ou WebP ; d’un fichier raw, un JPEG exporté.",
    "error.pictures_hidden": "Ce navigateur cache les images aux pages",
    "error.pictures_hidden.way": (
        "Autorisez cette page à les lire (dans Firefox : données de canevas, ou sans resistFingerprinting), "
        "ou utilisez un autre navigateur."
    ),
    "error.too_large": "Cette photo est trop grande",
    "error.too_large.way": "Utilisez une photo de 64 mégapixels au plus.",
    "error.file_unreadable": "Ce fichier ne peut pas être lu",
    "error.file_unreadable.way": (
        "Il a été déplacé, modifié ou supprimé, ou il est encore dans un nuage. Choisissez-le de nouveau, ou "
        "choisissez une autre photo."
    ),
    "error.browser_too_old": "Ce navigateur est trop ancien pour HemoLens",
    "error.browser_too_old.way": "Mettez-le à jour, ou ouvrez cette page dans un autre navigateur.",
    "error.unexpected": "Quelque chose n’a pas fonctionné",
    "error.unexpected.way": "C’est une erreur de HemoLens. Réessayez ; si cela se reproduit, rechargez la page.",
    "error.model_unavailable": "Le moteur n’est pas disponible",
    "error.model_unavailable.way": "Réessayez, ou rechargez la page pendant que vous êtes en ligne.",
    "error.too_few_frames": "Trop peu d’images sont utilisables",
    "error.too_few_frames.way": (
        "Gardez les ongles entiers dans l’image, immobiles et sous une lumière uniforme, puis recommencez la mesure."
    ),
    "error.too_slow": "Cet appareil est trop lent pour cette mesure",
    "error.too_slow.way": (
        "Dans le temps d’une mesure, il a analysé trop peu d’images. Prenez plutôt une photo\u00a0: une seule image "
        "suffit."
    ),
    "error.unreliable": "La mesure n’est pas fiable",
    "error.unreliable.way": (
        "Les images ne concordent pas. Appuyez la main sur quelque chose, gardez une lumière uniforme et recommencez "
        "la mesure."
    ),
    "error.camera_denied": "La caméra n’est pas autorisée",
    "error.camera_denied.way": (
        "Autorisez la caméra pour cette page dans les réglages du navigateur, ou choisissez une photo."
    ),
    "error.camera_missing": "Il n’y a pas de caméra",
    "error.camera_missing.way": "Choisissez plutôt une photo.",
    "error.camera_busy": "La caméra est utilisée ailleurs",
    "error.camera_busy.way": "Fermez l’autre application qui l’utilise et réessayez, ou choisissez une photo.",
    "error.camera_lost": "La caméra s’est arrêtée",
    "error.camera_lost.way": "Le système ou une autre application l’a prise. Réessayez, ou choisissez une photo.",
    "error.camera_insecure": "La caméra exige une page sécurisée",
    "error.camera_insecure.way": "Ouvrez la page en https, ou choisissez une photo.",
    "error.camera_frozen": "La caméra ne donne pas de nouvelle image",
    "error.camera_frozen.way": "Fermez les autres applications qui l’utilisent et réessayez, ou choisissez une photo.",
    "error.camera_muted": "La caméra est en pause",
    "error.camera_muted.way": (
        "Un appel, une autre application ou un bouton de l’appareil retient son image. Mettez-y fin, ou "
        "choisissez une photo."
    ),
    "error.camera_tap": "Le navigateur attend que vous touchiez l’écran",
    "error.camera_tap.way": "Touchez le bouton pour voir l’image de la caméra, ou choisissez une photo.",
    "error.scan_hidden": "La mesure s’est arrêtée quand la page a été masquée",
    "error.scan_hidden.way": "Gardez la page au premier plan pendant la mesure, puis recommencez.",
    "error.scan_turned": "La mesure s’est arrêtée quand l’appareil a été tourné",
    "error.scan_turned.way": "Recommencez sans tourner l’appareil pendant la mesure.",
}
