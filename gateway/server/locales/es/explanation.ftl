# Why a requirement got what it got, in sentences (src/sentences/line.rs).

# The states of requirements, for counting them.
state-verified = Verificado
state-partly = Verificado en parte
state-level-unknown = Verificado, nivel desconocido
state-no-evidence = No se presentó ninguna prueba verificada

# The associations from the evidence to the requirement. Each step takes what stands before it as $path.
path-whole = La credencial nombra { $path }.
path-item = «{ $item }»
path-exact-match = { $path }, que se declara equivalente exacto de «{ $item }»
path-translation = { $path }, que es una traducción de «{ $item }»
path-replaced-by = { $path }, cuya edición más reciente es «{ $item }»
path-replaces = { $path }, que es una edición más reciente de «{ $item }»
path-part-of = { $path }, que es una parte de «{ $item }»
path-has-part = { $path }, que tiene «{ $item }» entre sus partes
path-peer = { $path }, que se declara del mismo rango que «{ $item }»
path-precedes = { $path }, que va antes de «{ $item }»
path-follows = { $path }, que va después de «{ $item }»
path-other = { $path }, que tiene una asociación ({ $kind }) con «{ $item }»

evidence-issued-by = «{ $evidence }», emitida por { $issuer }
evidence-alone = «{ $evidence }»
evidence-kind-assessed = Evaluada: la credencial indica un resultado.
evidence-kind-issued = Otorgada: la credencial no indica el resultado de ninguna evaluación.

named-identifier = Por el identificador del elemento.
named-address = Por la dirección del elemento.
named-code = Por un código que es el identificador del elemento.
named-code_in_framework = Por un código y el título de su marco. Eso es menos seguro que un identificador.
named-elsewhere = Por la dirección de algo que no está en ninguno de los marcos de aquí.

# What a requirement is worth so far.
worth-shown = El { $percent } % de lo pedido se muestra con pruebas verificadas.
worth-unknown = Entre el { $low } % y el { $high } % de lo pedido se muestra con pruebas verificadas: el nivel no se conoce.
worth-none = El 0 % de lo pedido se muestra con pruebas verificadas.
worth-level = El nivel cuenta un { $level } %: puesto { $shown } de la escala, donde se pide el puesto { $required }.
points = Son { $points } de los { $most } puntos sobre 100 que puede aportar este requisito.
points-range = Son de { $low } a { $high } de los { $most } puntos sobre 100 que puede aportar este requisito.

# The employer's rule about the age of evidence, where there is one.
recency = { $months ->
        [one] Las pruebas de esto cuentan por completo durante 1 mes y un { $percent } % después, a fecha de la solicitud, el { $date }. Motivo de la empresa: «{ $reason }»
       *[other] Las pruebas de esto cuentan por completo durante { $months } meses y un { $percent } % después, a fecha de la solicitud, el { $date }. Motivo de la empresa: «{ $reason }»
    }
recency-older = { $months ->
        [one] En la solicitud, el { $date }, esta prueba tenía más de 1 mes; por eso cuenta un { $percent } %. Motivo de la empresa: «{ $reason }»
       *[other] En la solicitud, el { $date }, esta prueba tenía más de { $months } meses; por eso cuenta un { $percent } %. Motivo de la empresa: «{ $reason }»
    }

# What would change it.
would-change-nothing = No hace falta nada: este requisito cuenta por completo.
would-change-EARLIER_EDITION = Un registro verificado que nombre la edición actual de este requisito contaría por completo.
would-change-PARTS = Un registro verificado que nombre este mismo requisito contaría por completo. Uno que nombre otra de sus partes aumentaría la proporción.
would-change-BROADER = Un registro verificado que nombre este mismo requisito contaría por completo. Uno que nombre partes suyas contaría según su proporción.
would-change-PEER = Un registro verificado que nombre este mismo requisito contaría por completo.
would-change-LATER_STEP = Un registro verificado que nombre este mismo requisito contaría por completo.
would-change-SAME_ITEM = Un registro verificado que nombre este requisito y cuente por completo.
would-change-EXACT_MATCH = Un registro verificado que nombre este mismo requisito contaría por completo.
would-change-TRANSLATION = Un registro verificado que nombre este mismo requisito contaría por completo.
would-change-OLDER = Un registro verificado más reciente de lo mismo contaría por completo.
would-change-LEVEL_BELOW = Una prueba verificada en el nivel «{ $level }» o superior contaría por completo.
would-change-LEVEL_UNKNOWN = Un registro verificado que indique el nivel. En «{ $level }» o superior contaría por completo.
would-change-LEVEL_NOT_COMPARABLE = Un registro verificado que indique un nivel de la escala «{ $scale }». En «{ $level }» o superior contaría por completo.
would-change-NO_EVIDENCE = Un registro verificado sobre esta persona candidata, de un emisor que la empresa acepte, que nombre este requisito, algo declarado equivalente o partes suyas.
would-change-match = Contaría más si nombrara este mismo requisito.
would-change-not-counted = «{ $name }» habla de esto y no cuenta. { $why } { $change }

# What would make something count that does not.
not-counted-would-change-VERIFICATION_FAILED = Sus comprobaciones dicen qué falló. Se puede entregar una copia en buen estado, o su emisor puede emitirla de nuevo.
not-counted-would-change-VERIFICATION_UNDETERMINED = Sus comprobaciones dicen qué faltó. Se vuelve a comprobar por sí sola; una copia más reciente también puede ayudar.
not-counted-would-change-ISSUER_NOT_TRUSTED = Contaría si el emisor estuviera en la lista de la empresa, o en una en la que la empresa confíe.
not-counted-would-change-ISSUER_DENIED = Contaría solo si la empresa quitara al emisor de la lista de los que no acepta.
not-counted-would-change-NOT_BOUND_TO_APPLICANT = Contaría si la credencial y la candidatura nombraran la misma dirección de correo, o si la persona candidata demostrara que es suya.
not-counted-would-change-CREATOR_NOT_ISSUER = Contaría si las reglas de la empresa dijeran que este emisor puede otorgar lo que creó la otra parte.
not-counted-would-change-SELF_ASSERTED = Contaría si la hubiera emitido otra parte que la empresa acepte.
not-counted-would-change-NOT_EARNED = Contaría en cuanto el emisor diga que se obtuvo.
not-counted-would-change-MACHINE_MATCHED = Contaría si una persona lo hubiera evaluado y un emisor indicara el resultado.
not-counted-would-change-NOT_ASKED_FOR = Contaría para un puesto que lo pida, o si un marco dijera que equivale a algo que pide este puesto.

# The picture of a result.
chart-title = Lo que pide el puesto y cuánto de ello muestran las pruebas verificadas
chart-coverage = { $of ->
        [one] { $with } de 1 requisito tiene pruebas verificadas
       *[other] { $with } de { $of } requisitos tienen pruebas verificadas
    }
chart-tally = { $count } × { $state }
chart-score = Puntuación: { $score } de 100
chart-score-range = Puntuación: { $score } de 100, hasta { $high }
chart-row = { $state }: { $percent } %
chart-row-range = { $state }: del { $percent } al { $high } %
chart-levels = Pedido: { $asked }. Mostrado: { $shown }
chart-levels-none = Pedido: { $asked }
chart-row-levels = { $row }. { $levels }
chart-line = { $statement }. { $row }
chart-line-must = { $statement } (imprescindible). { $row }
chart-more = { $count ->
        [one] 1 requisito más está en la lista del informe.
       *[other] { $count } requisitos más están en la lista del informe.
    }
chart-key-asked = el nivel que se pide
chart-key-unknown = no se conoce: puede ser más
level-place = { $level } ({ $place } de { $count })
scale = { $scale }: { $levels }
level-elsewhere = «{ $level }», de otra escala
