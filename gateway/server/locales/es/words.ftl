# Words and short sentences for the closed lists of the domain.

outcome-passed = Superada
outcome-failed = No superada
outcome-undetermined = No se pudo comprobar

# The whole credential, in one sentence.
credential-passed = Auténtica: superó todas las comprobaciones.
credential-failed = No superó al menos una comprobación.
credential-undetermined = Al menos una comprobación no se pudo hacer. Eso no significa que la credencial sea falsa.

check-structure = Partes obligatorias
check-schema = Forma de los datos
check-proof = Firma
check-issuer_key = Clave del emisor
check-validity = Fechas
check-status = Retirada o no
check-subject = Sobre la persona candidata
check-holder = Entregada por su titular
check-refresh = Versión más reciente
check-endorsement = Avales

trust-trusted = La empresa acepta a este emisor.
trust-not_listed = La lista de la empresa no nombra a este emisor. La lista dice a quién conoce la empresa, no quién es bueno.
trust-denied = La empresa no acepta a este emisor.
trust-undetermined = No pudimos comprobar si la empresa acepta a este emisor.
trust-none = Nadie preguntó si se acepta a este emisor.
trust-step-denied = La lista de emisores que la empresa no acepta nombra a este.
trust-step-listed = La lista propia de la empresa { $answer ->
    [yes] nombra a este emisor.
   *[no] no nombra a este emisor.
}
trust-step-registry = El registro «{ $list }» { $answer ->
    [yes] incluye a este emisor.
    [no] no incluye a este emisor.
   *[unknown] no se pudo consultar.
}
trust-step-accredited = { $answer ->
    [yes] { $list } avala a este emisor en la credencial.
   *[no] { $list } no avala a este emisor en la credencial.
}
trust-step-obtained = { $sentence } A fecha de { $obtained }, versión { $version }.

binding-holder_proof = La persona candidata ha demostrado que posee el identificador que nombra la credencial.
binding-subject_id = La credencial nombra a la persona candidata con su propio identificador.
binding-hashed_identifier = La credencial nombra a la persona candidata con una huella de su dirección de correo.
binding-plain_identifier = La credencial nombra a la persona candidata con su dirección de correo.
binding-record = La credencial nombra a la misma persona que el expediente que la contiene, y este nombra a la persona candidata.
binding-name_only = La credencial lleva el nombre de la persona candidata y nada más que se pueda comparar.
binding-none = No se ha mostrado que trate de esta persona candidata.

# One requirement: a state of a few words, and why.
line-SAME_ITEM = Verificado
line-EXACT_MATCH = Verificado
line-TRANSLATION = Verificado
line-EARLIER_EDITION = Verificado, en una edición anterior
line-PARTS = Verificado en parte
line-BROADER = Verificado algo más amplio
line-PEER = Verificado algo parecido
line-LATER_STEP = Verificado un paso posterior
line-OLDER = Verificado hace tiempo
line-LEVEL_BELOW = Verificado en un nivel inferior
line-LEVEL_UNKNOWN = Verificado, nivel no indicado
line-LEVEL_NOT_COMPARABLE = Verificado, nivel no comparable
line-NO_EVIDENCE = No se presentó ninguna prueba verificada

line-why-SAME_ITEM = La credencial nombra exactamente este requisito.
line-why-EXACT_MATCH = La credencial nombra una competencia que su marco declara igual a este requisito.
line-why-TRANSLATION = La credencial nombra este requisito en otro idioma.
line-why-EARLIER_EDITION = La credencial nombra una competencia que este requisito ha reemplazado; por eso vale un poco menos.
line-why-PARTS = Las credenciales nombran algunas de las partes de este requisito. Vale la proporción de sus partes que está verificada, y nunca tanto como el todo.
line-why-BROADER = La credencial nombra algo más amplio, de lo que este requisito es una parte. No dice si esta parte estaba incluida; por eso vale menos.
line-why-PEER = La credencial nombra una competencia que su marco pone junto a este requisito; por eso vale menos.
line-why-LATER_STEP = La credencial nombra un paso posterior a este requisito. No dice que este se haya dado; por eso vale menos.
line-why-OLDER = La credencial prueba este requisito, pero es más antigua que lo que la empresa cuenta aquí por completo. La regla se indica con su motivo.
line-why-LEVEL_BELOW = La credencial prueba esta competencia en un nivel inferior al que se pide. Vale la proporción que corresponde a ese nivel.
line-why-LEVEL_UNKNOWN = La credencial prueba esta competencia, pero no dice en qué nivel. Mientras nadie lo diga, cuenta como el más bajo.
line-why-LEVEL_NOT_COMPARABLE = La credencial prueba esta competencia en un nivel de otra escala, y nadie ha dicho cómo se comparan las dos. Cuenta como el nivel más bajo.
line-why-NO_EVIDENCE = Nada de lo entregado que cuente nombra este requisito. Esto no dice nada de lo que la persona sabe hacer.

not-counted-VERIFICATION_FAILED = Esta credencial no superó una comprobación.
not-counted-VERIFICATION_UNDETERMINED = Esta credencial no se pudo comprobar del todo. Eso no significa que sea falsa.
not-counted-ISSUER_NOT_TRUSTED = La credencial es auténtica, pero la lista de la empresa no nombra a su emisor.
not-counted-ISSUER_DENIED = La credencial es auténtica, pero la empresa no acepta a su emisor.
not-counted-NOT_BOUND_TO_APPLICANT = La credencial es auténtica, pero nada muestra que trate de esta persona candidata.
not-counted-CREATOR_NOT_ISSUER = Otra parte creó este logro, y nada dice que este emisor pueda otorgarlo.
not-counted-SELF_ASSERTED = La persona lo dice de sí misma. Se muestra y no es una prueba.
not-counted-NOT_EARNED = La propia credencial dice que esto no se obtuvo, o todavía no.
not-counted-MACHINE_MATCHED = Lo dice una máquina que comparó textos. Nadie lo evaluó; por eso se muestra y no puntúa.
not-counted-NOT_ASKED_FOR = Este puesto no lo pide.

failure-INVALID_INPUT = El ATS rechazó el contenido enviado.
failure-NOT_FOUND = El ATS no conoce esta candidatura o a esta persona candidata.
failure-CONFLICT = Alguien cambió el mismo registro del ATS al mismo tiempo.
failure-AUTH = El ATS no acepta las claves de acceso de la conexión.
failure-FORBIDDEN = Las claves de acceso de la conexión son correctas, pero les falta un permiso en el ATS.
failure-RATE_LIMITED = El ATS nos pidió esperar antes de enviar más.
failure-UPSTREAM = El ATS dio una respuesta que el conector no esperaba.
failure-UNAVAILABLE = No se pudo llegar al ATS o estaba fuera de servicio.
failure-UNSUPPORTED = El conector no ofrece esto.
failure-INTERNAL = El conector tuvo un fallo propio.
failure-GUEST_CPU = Se detuvo el conector: usó más tiempo de cálculo del permitido.
failure-GUEST_MEMORY = Se detuvo el conector: pidió más memoria de la permitida.
failure-GUEST_TRAP = El conector se interrumpió por un error.
failure-GUEST_HOST_CALLS = Se detuvo el conector: hizo más llamadas, o envió más datos, de lo permitido.
failure-ORIGIN_DENIED = Se detuvo el conector: pidió una dirección que nadie aprobó.
failure-DEADLINE = La entrega tardó demasiado y se detuvo.
failure-CONNECTOR_MISSING = El conector no está instalado.
failure-CONNECTION_INVALID = La conexión, o algo que necesita, falta o está incompleto.
failure-INTERRUPTED = El proceso de la pasarela terminó en medio de cada intento.
failure-GONE = El punto de entrega se eliminó o indica que ya no existe.
failure-RETIRED = El resultado ha pasado del tiempo por el que se conserva.

# The result of an assessment. $musts is how many musts the job has.
headline = { $musts ->
        [0] { $verified } de { $requirements } requisitos verificados{ $partly ->
            [0] {""}
           *[other] , { $partly } en parte
        }{ $unclear ->
            [0] {""}
           *[other] , { $unclear } en un nivel que no se conoce
        }
       *[other] { $verified } de { $requirements } requisitos verificados{ $partly ->
            [0] {""}
           *[other] , { $partly } en parte
        }{ $unclear ->
            [0] {""}
           *[other] , { $unclear } en un nivel que no se conoce
        }, { $met } de { $musts } imprescindibles cumplidos
    }
headline-nothing-asked = Este puesto no indica ningún requisito
summary-score = Puntuación: { $score } de 100
summary-score-range = Puntuación: { $score } de 100 (entre { $low } y { $high }, porque no se conocen todos los niveles)
summary-line = { $statement }: { $state }
summary-line-must = { $statement } (imprescindible): { $state }
summary-line-evidence = { $line }. Prueba: { $evidence }
summary-line-issuer = { $line }. Prueba: { $evidence }, emitida por { $issuer }
summary-more = { $count ->
        [one] 1 requisito más está en el informe.
       *[other] { $count } requisitos más están en el informe.
    }
summary-not-counted = { $count ->
        [one] Se mostró 1 elemento que no cuenta; el informe dice por qué.
       *[other] Se mostraron { $count } elementos que no cuentan; el informe dice por qué.
    }
summary-not-checked = { $count ->
        [one] 1 credencial no se pudo comprobar del todo. Eso no significa que sea falsa.
       *[other] { $count } credenciales no se pudieron comprobar del todo. Eso no significa que sean falsas.
    }
summary-people-decide = «No se presentó ninguna prueba verificada» no significa «no sabe hacerlo». Deciden las personas, no esta puntuación.

# What a re-check found. $before is what was said before, in the same words.
correction-headline = Corrección: { $headline }
withdrawal-headline-applicant = Retirado por la persona candidata: el resultado anterior de este expediente ya no vale.
withdrawal-headline-employer = Retirado por la empresa: el resultado anterior de este expediente ya no vale.
correction-dates = Una comprobación del { $now } dio otro resultado que la del { $before }.
correction-again = Se volvió a presentar un expediente el { $now }. Este es su resultado; sustituye al del expediente del { $before }.
correction-after-withdrawal = El resultado del expediente del { $before } se retiró. Se volvió a presentar un expediente el { $now }, y este es su resultado.
change-policy = Puntuado según otras reglas de la empresa: { $now } (antes: { $before })
change-credential = { $name }: { $now } (antes: { $before })
change-credential-why = { $change }. { $why }
change-line = { $statement }: { $now } (antes: { $before })
change-score = { $now } (antes: { $before })
change-elsewhere = Cambió otra cosa en las comprobaciones; está en el informe.
change-more = { $count ->
        [one] 1 cambio más está en el informe.
       *[other] { $count } cambios más están en el informe.
    }

date = { $month ->
        [1] { $day } de enero de { $year }
        [2] { $day } de febrero de { $year }
        [3] { $day } de marzo de { $year }
        [4] { $day } de abril de { $year }
        [5] { $day } de mayo de { $year }
        [6] { $day } de junio de { $year }
        [7] { $day } de julio de { $year }
        [8] { $day } de agosto de { $year }
        [9] { $day } de septiembre de { $year }
        [10] { $day } de octubre de { $year }
        [11] { $day } de noviembre de { $year }
       *[12] { $day } de diciembre de { $year }
    }
date-time = { $date } a las { $time } UTC
