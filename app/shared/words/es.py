"""Spanish. See `en` for what the keys mean. No import: MicroPython reads this file as well."""

TEXTS = {
    "decimal": ",",
    "thousands": "{thousands}\u202f{rest}",
    "metres": "{metres}\u00a0m",
    # The page as a whole
    "disclaimer": (
        "Para investigación y docencia. No es un dispositivo médico: no puede diagnosticar ni descartar una anemia."
    ),
    "tagline": "Hemoglobina a partir de sus uñas, calculada solo en este dispositivo.",
    "privacy": "Las imágenes nunca salen de este dispositivo y no se conservan.",
    "licences": "Licencias de todas las partes",
    "settings": "Ajustes",
    "close": "Cerrar",
    "done": "Listo",
    "change": "Cambiar",
    "try-again": "Reintentar",
    "update": "Hay una versión nueva: usarla",
    "offline-loading": "Guardando para uso sin conexión: {percent} %",
    "offline-ready": "Listo para uso sin conexión",
    "offline-kept": "Lista para usar sin conexión, de forma permanente",
    "offline-missing": "Partes de la aplicación guardada que faltan: {count}",
    "offline-gone": "La copia guardada ya no está en este dispositivo",
    "offline-damaged": "Partes dañadas de la aplicación guardada: {count}",
    "offline-failed.network": "Guardado al {percent} %: sin conexión",
    "offline-failed.host": "Guardado al {percent} %: error del servidor",
    "offline-failed.damaged": "Guardado al {percent} %: una parte llegó dañada",
    "offline-failed.full": "Guardado al {percent} %: el almacenamiento del dispositivo está lleno",
    "offline-failed.forbidden": "Sin guardar: esta ventana no conserva nada (privada o sin HTTPS)",
    "offline-failed.silent": "La copia guardada no responde",
    # Starting
    "boot.python": "Iniciando el motor de medición…",
    "boot.numerics": "Cargando el procesamiento de imágenes…",
    "boot.networks": "Abriendo las dos redes neuronales…",
    "boot.ready": "Listo",
    "boot.again": "El motor se detuvo y está arrancando de nuevo.",
    "boot.of": "{done} de {total} MB",
    "boot.stalled": (
        "Hace un rato que no llega nada: la conexión es lenta o se ha perdido. Continuará automáticamente."
    ),
    "queued": "La foto se medirá en cuanto el motor esté listo.",
    "measuring": "Buscando y midiendo las uñas…",
    "measuring-of": "Midiendo la foto {number} de {count}…",
    # Camera
    "camera": "Imagen de la cámara",
    "camera-starting": "Solicitando la cámara…",
    "camera-still-asking": "Aún se está solicitando la cámara. Responda a la pregunta del navegador o elija una foto.",
    "camera-off": "La cámara está apagada.",
    "camera-on": "Encender la cámara",
    "camera-stop": "Apagar la cámara",
    "capture": "Escanear",
    "capture-waiting": "El escaneo puede empezar en cuanto el motor esté listo.",
    "switch-camera": "Otra cámara",
    "camera-now": "Cámara: {name}",
    "torch": "Luz",
    "torch-on": "Encender la luz",
    "choose-photo": "Foto",
    "photo-instead": "Tomar o elegir una foto",
    "auto-capture": "Empezar por sí solo cuando una uña se mantiene quieta",
    "aim-hint": "Mantenga quietas de una a cuatro uñas ante la cámara.",
    "aim-hold": "No se mueva…",
    "nails-seen": "Uñas: {count}",
    "low-light": "Demasiado oscuro para ver bien las uñas.",
    "guide-only": (
        "No se pudo cargar la red neuronal que encuentra las uñas. Ponga una uña dentro del contorno, con la punta "
        "del dedo hacia arriba: se mide donde está el contorno."
    ),
    "light.like_training": "Luz como se esperaba",
    "light.darker": "Menos luz de la esperada",
    "light.brighter": "Más luz de la esperada",
    "light.tinted": "Luz de un color poco común",
    "light.unknown": "Luz: no se ve ninguna uña",
    "reference.ok": "Papel blanco detectado",
    "reference.missing": "Ponga la mano sobre papel blanco",
    "reference.clipped": "Papel demasiado claro: menos luz o gírelo un poco",
    "reference.tinted": "El papel no es blanco o la luz tiene color",
    "reference.small": "Muestre más papel",
    "reference.uneven": "Papel con sombra o doblado",
    "reference.unused": "Estos modelos no usan papel blanco",
    # Scan
    "scanning": "Escaneando: no se mueva",
    "scan-frame": "Fotograma {done} de {total}",
    "scan-frame-about": "Fotograma {done} de unos {total}",
    "scan-paused": "La cámara está en pausa. El escaneo continuará cuando vuelva.",
    "scan-finishing": "Calculando…",
    "cancel": "Cancelar",
    "scan-cancelled": "Escaneo cancelado",
    # Photos
    "tips-title": "Para una buena medición",
    "tip-light": "Luz de día uniforme, sin flash, sin luz de color.",
    "tip-nails": "Uñas desnudas, sin esmalte; todas enfocadas.",
    "tip-surface": "La mano plana sobre una hoja de papel blanco; ambas ocupan la mayor parte de la imagen.",
    "drop-here": "Suelte la foto aquí",
    "photo-alt": "Su foto con las uñas encontradas",
    "photos-title": "Sus fotos",
    "photo-number": "Foto {number}",
    "no-reading": "sin medición",
    # Result
    "result-title": "Hemoglobina estimada",
    "best-guess": "Mejor estimación",
    "value": "{value} g/dL",
    "interval": "{low} a {high} g/dL",
    "coverage": (
        "En {percent} de cada 100 personas como aquellas con las que se probó, el valor en sangre está dentro de este "
        "intervalo."
    ),
    "scale": (
        "De {low} a {high} g/dL, mejor estimación {value}, en una escala cuyos colores cambian en {limits} g/dL."
    ),
    "scale-no-limits": "De {low} a {high} g/dL, mejor estimación {value}.",
    "frames": "Fotogramas",
    "frames-used": "{used} de {total} usados",
    "std-dev": "Dispersión entre fotogramas",
    "range": "Del fotograma más bajo al más alto",
    "fingers-differ": "Entre dedos",
    "fingers-differ-words": "{spread} g/dL entre la uña con el valor más bajo y la uña con el más alto",
    "one-finger": "Solo una uña, así que no se pueden comparar los dedos.",
    "nails-used": "Uñas usadas: {used} de {found}",
    "nails-title": "Cada uña por separado",
    "nail-number": "Uña {number}",
    "by-guide": "Se midió donde estaba el contorno: ninguna red neuronal comprobó que hubiera una uña.",
    "read-by": "Medido con {name}, no con los modelos de HemoLens.",
    "with-paper": "Medido junto a papel blanco.",
    "without-paper": "Sin un papel blanco que sirva, no se conoce la luz. {why}.",
    "left-out": "{why}: {way}",
    "help.polish": "muestre uñas sin pintar",
    "help.not_a_nail": "muestre el dorso de los dedos",
    "help.strange": "muestre uñas sin pintar",
    "help.glare": "gire la mano hasta que nada brille",
    "help.blur": "no se mueva o aléjese un poco",
    "help.pressed": "apoye los dedos sin apretar",
    "unlearned-light": "{light}: el valor puede estar muy lejos del real.",
    "cannot-exclude": "No se puede descartar",
    "no-class": "sin clasificar",
    "set.severe": "anemia grave",
    "set.moderate": "anemia moderada",
    "set.mild": "anemia leve",
    "set.normal": "ausencia de anemia",
    "set.severe-moderate": "anemia grave o moderada",
    "set.moderate-mild": "anemia moderada o leve",
    "set.mild-normal": "anemia leve o ausencia de anemia",
    "set.severe-mild": "anemia grave, moderada o leve",
    "set.moderate-normal": "anemia moderada o leve, o ausencia de anemia",
    "set.severe-normal": "anemia grave, moderada o leve, o ausencia de anemia",
    "severe-caution": (
        "Aquí nunca se descarta una anemia grave: en las pruebas, el intervalo dejó fuera el valor real mucho más a "
        "menudo en las personas que la tenían que en las demás."
    ),
    "as-wide-as-no-photo": (
        "Este intervalo es tan ancho como una estimación sin foto, así que no aclara nada. Hágase medir la "
        "hemoglobina en sangre."
    ),
    "what-to-do": "Para saber su hemoglobina, hágasela medir en sangre. Una foto solo puede dar un indicio de ella.",
    "what-to-do.low": (
        "Hágase medir pronto la hemoglobina en sangre y muestre el resultado a un profesional de la salud."
    ),
    "red-flags": (
        "Diga lo que diga esto: el dolor en el pecho, la falta de aire en reposo, un desmayo, el corazón acelerado o "
        "un sangrado abundante requieren un médico de inmediato."
    ),
    "scan-again": "Otro escaneo",
    "another-photo": "Otra foto",
    "camera-was": "Cámara: {width} x {height} píxeles, {held}",
    "camera-held": "exposición y balance de blancos fijos",
    "camera-free": "exposición y balance de blancos no fijos",
    # Whose hand
    "whose": "¿De quién es la mano?",
    "whose-why": (
        "Los límites varían según la edad, el sexo y el embarazo. Nada es obligatorio, y no sale de este dispositivo."
    ),
    "group": "Grupo",
    "elevation": "Altitud del lugar donde vive la persona, en metros",
    "elevation-understood": "Entendido: {elevation}.",
    "elevation-counts": "Sigue contando {elevation}.",
    "elevation-wrong.number": "Esto no es un número. Escriba, por ejemplo, 2400, 2400\u00a0m u 8000\u00a0pies.",
    "elevation-wrong.unclear": (
        "No queda claro qué número es. Escriba, por ejemplo, 2400, 2400\u00a0m u 8000\u00a0pies."
    ),
    "elevation-wrong.unit": "Esta unidad no se conoce aquí. Escriba metros (m) o pies (ft).",
    "elevation-wrong.range": "{elevation} queda fuera de la tabla, que va de {low} a {high}.",
    "smoking": "Cigarrillos al día",
    "smoking.no": "no fuma",
    "smoking.some": "fuma, cantidad desconocida",
    "smoking.under_10": "menos de 10",
    "smoking.10_to_19": "de 10 a 19",
    "smoking.20_or_more": "20 o más",
    "group.not_stated": "sin indicar",
    "group.infant_under_6_months": "lactantes menores de 6 meses",
    "group.child_6_23_months": "niños de 6 a 23 meses",
    "group.child_24_59_months": "niños de 24 a 59 meses",
    "group.child_5_11_years": "niños de 5 a 11 años",
    "group.child_12_14_years": "niños de 12 a 14 años",
    "group.woman": "mujeres de 15 a 65 años, no embarazadas",
    "group.man": "hombres de 15 a 65 años",
    "group.pregnant_1st_trimester": "embarazo, primer trimestre",
    "group.pregnant_2nd_trimester": "embarazo, segundo trimestre",
    "group.pregnant_3rd_trimester": "embarazo, tercer trimestre",
    "group.woman_over_65": "mujeres mayores de 65 años",
    "group.man_over_65": "hombres mayores de 65 años",
    "table.original-2024": "una misma tabla para todos, hecha para hombres adultos",
    "table.who-2024": "la OMS (2024)",
    "note.over_65": "La guía no da límites para mayores de 65 años, así que se usan los de adultos más jóvenes.",
    "note.infant": "No hay límites para lactantes menores de 6 meses, así que el valor queda sin clasificar.",
    "compared-by": "Según {table}.",
    "compared-by-group": "Según {table}; grupo: {group}.",
    "taken-off.elevation": "Se resta por la altitud: {amount} g/dL.",
    "taken-off.smoking": "Se resta por fumar: {amount} g/dL.",
    "compared-with": "{value} g/dL se compara con {moderate}; {mild} y {normal}.",
    # Settings
    "language": "Idioma",
    "language-auto": "El de este dispositivo",
    "vibrate": "Vibrar cuando un escaneo empieza y termina",
    "sound": "Emitir un tono cuando un escaneo empieza y termina",
    # Whether this copy is as it was built
    "self-test": "Comprobar esta copia",
    "self-test.why": (
        "Con o sin red: cada archivo guardado se compara con el que se construyó; después, las dos redes y "
        "todo el camino de la imagen al valor se ejecutan con una imagen de prueba y se comparan con los "
        "valores anotados."
    ),
    "self-test.run": "Comprobar ahora",
    "self-test.file": "Archivo {done} de {total}…",
    "self-test.measuring": "Midiendo la imagen de prueba…",
    "self-test.passed": "Esta copia mide tal como se construyó.",
    "self-test.failed": (
        "Esta copia no está como se construyó. Vuelva a cargar la página cuando tenga conexión; no use sus "
        "lecturas hasta que esta comprobación salga bien."
    ),
    "self-test.files": "Archivos guardados tal como se construyeron: {good} de {total} ({size} MB)",
    "self-test.files-wrong": "Cambiados o ausentes: {names}",
    "self-test.not-saved": "Todavía no hay nada guardado en este dispositivo, así que no se comparó ningún archivo.",
    "self-test.detector": "Detector de uñas, números como se anotaron: {same} de {total}",
    "self-test.estimator": "Estimador de hemoglobina, números como se anotaron: {same} de {total}",
    "self-test.pipeline": "De la imagen de prueba a su valor, números como se anotaron: {same} de {total}",
    "self-test.cut": "Esta parte de la comprobación se interrumpió: el navegador no respondió.",
    "self-test.no-engine": "No se pudo medir la imagen de prueba.",
    "self-test.kept-yes": "El navegador conserva la aplicación hasta que usted la elimine.",
    "self-test.kept-no": "El navegador puede eliminar la aplicación si falta espacio.",
    "self-test.kept-unknown": (
        "Tras la primera lectura se pregunta si el navegador conserva la aplicación cuando falta espacio."
    ),
    "self-test.report": "Informe",
    "self-test.copy": "Copiar el informe",
    "self-test.copied": "Copiado",
    # Debug
    "debug": "Detrás de la medición",
    "debug-frames": "Fotogramas",
    "debug-none": "Tras un escaneo, sus fotogramas aparecen aquí.",
    "flip-tta": "Medir también imágenes en espejo (más lento, un poco más exacto)",
    "stage": "Paso",
    "stage.transfer": "entregar",
    "stage.grab": "tomar la imagen",
    "stage.follow": "comprobar el movimiento",
    "stage.letterbox": "encajar",
    "stage.detect": "encontrar uñas",
    "stage.decode": "leer los recuadros",
    "stage.gates": "comprobar uñas",
    "stage.light": "valorar la luz",
    "stage.crop": "recortar",
    "stage.estimate": "estimar",
    "stage-ms": "Milisegundos, de media",
    "version": "Versión",
    "models": "Modelos",
    "threads": "Hilos",
    # Why a nail or a frame does not count
    "reason.too_small": "demasiado pequeña",
    "reason.cut_off": "cortada por el borde",
    "reason.too_dark": "demasiado oscura",
    "reason.overexposed": "sobreexpuesta",
    "reason.no_colour": "sin color en la imagen",
    "reason.glare": "reflejo",
    "reason.blur": "desenfocada",
    "reason.pressed": "pálida por la presión",
    "reason.polish": "esmalte",
    "reason.not_a_nail": "no es una uña",
    "reason.strange": "distinta de las uñas aprendidas",
    "reason.seen_too_seldom": "vista en muy pocos fotogramas",
    "reason.no_skin": "no se ve piel en su dedo",
    "reason.no_nail": "ninguna uña",
    "reason.implausible": "valor inverosímil",
    "reason.outlier": "lejos de los demás fotogramas",
    "reason.repeated": "la misma imagen que antes",
    "reason.other_size": "imagen de otro tamaño",
    "reason.other_reference": "con o sin papel, a diferencia de los demás",
    # Errors: what it is, and the way out
    "error.no_nail": "No se encontró ninguna uña",
    "error.no_nail.way": (
        "Apoye la mano plana sobre una superficie lisa, con las uñas hacia arriba y luz de día uniforme."
    ),
    "error.unusable_nails": "No se puede medir ninguna uña",
    "error.unusable_nails.way": "Acérquese, mantenga las uñas enteras en la imagen y evite brillos y sombras.",
    "error.no_colour": "Sin color en la imagen",
    "error.no_colour.way": (
        "Las imágenes en gris, sepia o con un solo tono no dicen nada sobre la hemoglobina. Haga una foto en "
        "color, sin filtros."
    ),
    "error.strange_nails": "Estas uñas no se pueden medir",
    "error.strange_nails.way": (
        "No se parecen a las uñas sin pintar para las que esto se hizo. Muestre uñas limpias y sin "
        "esmalte desde arriba, con luz uniforme."
    ),
    "error.polish": "El esmalte tapa la uña",
    "error.polish.way": "Quite el esmalte o muestre otras uñas, y vuelva a intentarlo.",
    "error.not_a_nail": "Esto no parece una uña",
    "error.not_a_nail.way": "Muestre el dorso de los dedos, con las uñas hacia arriba.",
    "error.glare": "Un reflejo tapa la uña",
    "error.glare.way": "Gire la mano o mueva la lámpara hasta que nada brille en las uñas.",
    "error.blur": "Las uñas están desenfocadas",
    "error.blur.way": "No se mueva y espere a que la imagen esté nítida, o aléjese un poco.",
    "error.pressed": "Las uñas están pálidas por la presión",
    "error.pressed.way": "Apoye los dedos sin apretar, espere a que vuelva el color y vuelva a intentarlo.",
    "error.implausible": "Fuera del intervalo verosímil",
    "error.implausible.way": "Tome otra imagen con luz blanca y uniforme.",
    "error.unreadable_image": "No se puede abrir esta foto",
    "error.unreadable_image.way": "Use una foto JPEG, PNG o WebP; de un archivo raw, un JPEG exportado.",
    "error.pictures_hidden": "Este navegador oculta las imágenes a las páginas",
    "error.pictures_hidden.way": (
        "Permita que esta página las lea (en Firefox: datos de canvas, o sin resistFingerprinting), o use "
        "otro navegador."
    ),
    "error.too_large": "Esta foto es demasiado grande",
    "error.too_large.way": "Use una foto de 64 megapíxeles como máximo.",
    "error.file_unreadable": "Este archivo no se puede leer",
    "error.file_unreadable.way": (
        "Se movió, se modificó o se borró, o todavía está en la nube. Elíjalo de nuevo o elija otra foto."
    ),
    "error.browser_too_old": "Este navegador es demasiado antiguo para HemoLens",
    "error.browser_too_old.way": "Actualícelo o abra esta página en otro navegador.",
    "error.unexpected": "Algo ha fallado aquí",
    "error.unexpected.way": "Es un fallo de HemoLens. Inténtelo de nuevo; si vuelve a ocurrir, recargue la página.",
    "error.model_unavailable": "El motor no está disponible",
    "error.model_unavailable.way": "Inténtelo de nuevo o recargue la página mientras tenga conexión.",
    "error.too_few_frames": "Muy pocos fotogramas utilizables",
    "error.too_few_frames.way": (
        "Mantenga las uñas enteras en la imagen, quietas y con luz uniforme, y escanee de nuevo."
    ),
    "error.too_slow": "Este dispositivo es demasiado lento para un escaneo",
    "error.too_slow.way": (
        "En el tiempo de un escaneo midió muy pocos fotogramas. Tome una foto en su lugar: basta con una sola imagen."
    ),
    "error.unreliable": "La medición no es fiable",
    "error.unreliable.way": (
        "Los fotogramas no concuerdan. Apoye la mano en algo, mantenga la luz uniforme y escanee de nuevo."
    ),
    "error.camera_denied": "La cámara no está permitida",
    "error.camera_denied.way": "Permita la cámara para esta página en los ajustes del navegador o elija una foto.",
    "error.camera_missing": "No hay ninguna cámara",
    "error.camera_missing.way": "Elija una foto en su lugar.",
    "error.camera_busy": "La cámara está en uso en otro lugar",
    "error.camera_busy.way": "Cierre la otra aplicación que la está usando e inténtelo de nuevo, o elija una foto.",
    "error.camera_lost": "La cámara se detuvo",
    "error.camera_lost.way": "El sistema u otra aplicación la tomó. Inténtelo de nuevo o elija una foto.",
    "error.camera_insecure": "La cámara necesita una página segura",
    "error.camera_insecure.way": "Abra la página por https o elija una foto.",
    "error.camera_frozen": "La cámara no da ninguna imagen nueva",
    "error.camera_frozen.way": "Cierre las otras aplicaciones que la usan e inténtelo de nuevo, o elija una foto.",
    "error.camera_muted": "La cámara está en pausa",
    "error.camera_muted.way": (
        "Una llamada, otra aplicación o un interruptor del dispositivo retiene su imagen. Termínelo o elija una foto."
    ),
    "error.camera_tap": "El navegador espera un toque",
    "error.camera_tap.way": "Toque el botón para ver la imagen de la cámara, o elija una foto.",
    "error.scan_hidden": "El escaneo se detuvo al ocultarse la página",
    "error.scan_hidden.way": "Mantenga la página a la vista durante el escaneo y escanee de nuevo.",
    "error.scan_turned": "El escaneo se detuvo al girar el dispositivo",
    "error.scan_turned.way": "No gire el dispositivo durante el escaneo y escanee de nuevo.",
}
